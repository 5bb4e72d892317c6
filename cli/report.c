/* SPDX-License-Identifier: MIT */
/*
 * `phaselock report`: records of runs, in the form that is asked for. It must not know what is in
 * a form.
 */
#define _GNU_SOURCE
#include "report.h"

#include "baseline.h"
#include "escape.h"
#include "group.h"
#include "outfile.h"
#include "progress.h"
#include "report_choice.h"
#include "report_input.h"
#include "results.h"
#include "say.h"
#include "suggest.h"
#include "verb.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- reading --------------------------------------------------------------------------------- */

/* Reads files and makes their profile ready. Returns false after it has said what is wrong. */
static bool read_files(struct report *report, char **files, const struct report_choice *choice)
{
	for (; *files != NULL; files++) {
		progress_say("reading");
		if (!report_add_file(report, *files, &choice->names))
			return false;
	}
	progress_say("finding sites");
	group_find_origins(report);
	if (report->profile == NULL)
		return true;
	if (choice->is_filtered)
		profile_view_filter(report->profile, &choice->filter);
	profile_view_finish(report->profile);
	return true;
}

static bool needs_profile(const struct report_choice *choice)
{
	return choice->form->needs_profile || choice->is_filtered || choice->old != NULL ||
	       choice->profile.by == VIEW_BY_PROCESS || choice->profile.by == VIEW_BY_PHASE ||
	       profile_budget_is_given(&choice->budget) ||
	       (choice->profile.is_measured && choice->profile.measure != VIEW_BYTES &&
		choice->profile.measure != VIEW_COUNT);
}

static bool has_what_is_needed(const struct report *report, const char *file,
			       const struct report_choice *choice)
{
	if (report->profile != NULL || !needs_profile(choice))
		return true;
	say("%s: no profile in it; `phaselock record` makes one", file);
	return false;
}

/* ---- what is told ---------------------------------------------------------------------------- */

static void print_verdict(const struct report *report, FILE *out)
{
	escape_write(report->verdict, out);
	if (report->reason[0] != '\0') {
		fputs(": ", out);
		escape_write(report->reason, out);
	}
	fputc('\n', out);
}

static void print_violations(const struct report *report, const struct report_choice *choice,
			     FILE *out)
{
	struct screen_options screen = choice->screen;

	screen_fit(out, &screen);
	if (!choice->quiet) {
		screen_print(out, report, &screen);
		screen_print_rows(out, report);
	}
	if (report->verdict[0] == '\0')
		fputs("the run did not come to its end: this is what there was\n", out);
	else
		print_verdict(report, out);
}

static void print_profile(const struct report *report, const struct report_choice *choice,
			  FILE *out)
{
	struct profile_screen screen = choice->profile;

	screen_fit(out, &screen.screen);
	if (choice->options.old != NULL)
		profile_screen_diff(out, report->profile, choice->options.old->profile, &screen);
	else
		profile_screen_print(out, report, &screen);
}

static bool shows_profile(const struct report *report, const struct report_choice *choice)
{
	return report->profile != NULL && !choice->violations && !choice->suggest &&
	       !choice->quiet && !choice->form->is_check;
}

static void write_form(struct report *report, const struct report_choice *choice, FILE *out)
{
	if (choice->suggest)
		suggest_suppressions(report, out);
	else if (choice->form->write == NULL && shows_profile(report, choice))
		print_profile(report, choice, out);
	else if (choice->form->write == NULL)
		print_violations(report, choice, out);
	report_merge_ids(report);
	if (!choice->suggest && choice->form->write != NULL)
		choice->form->write(report, &choice->options, out);
}

/* ---- what comes of it ------------------------------------------------------------------------ */

/*
 * Returns the status with a baseline, which can forgive sites alone: a run that would have failed
 * without a violation fails.
 */
static int status_beside(const struct report *report, const struct baseline *baseline)
{
	struct baseline_difference difference;
	bool is_held;

	if (!baseline_compare(report, baseline, &difference))
		return STATUS_VIOLATION;
	baseline_tell(&difference, stderr);
	is_held = baseline_holds(&difference);
	baseline_difference_free(&difference);
	if (!is_held)
		return STATUS_VIOLATION;
	if (strncmp(report->forgiven, "PASS", 4) == 0)
		return 0;
	if (report->forgiven[0] == '\0')
		say("all sites are in the baseline, but the run did not come to its end");
	else
		say("all sites are in the baseline; beside them: %s", report->forgiven);
	return STATUS_NOT_CHECKED;
}

static bool has_failed_checks(const struct report *report)
{
	for (size_t i = 0; i < report->check_count; i++)
		if (report->checks[i].failed > 0)
			return true;
	return false;
}

/* A profile shows what was asked for while locked; whether that is a fault nobody has asked. */
static int status_of(const struct report *report, const struct report_choice *choice)
{
	if (shows_profile(report, choice) && choice->baseline == NULL)
		return 0;
	if (report->site_count > 0 || report->sites_lost > 0 || report->unplaced > 0)
		return STATUS_VIOLATION;
	if (strcmp(report->verdict, "FAIL") == 0 && has_failed_checks(report))
		return STATUS_VIOLATION;
	return strcmp(report->verdict, "PASS") == 0 ? 0 : STATUS_NOT_CHECKED;
}

static int hold_against_budget(const struct report *report, const struct report_choice *choice)
{
	const struct report *old = choice->options.old;

	return profile_budget_holds(&choice->budget, report->profile,
				    old != NULL ? old->profile : NULL, stderr)
		       ? 0
		       : STATUS_BUDGET;
}

static int tell(struct report *report, const struct report_choice *choice)
{
	struct baseline baseline = {NULL, 0};
	struct outfile out;
	int status = status_of(report, choice);

	if (choice->baseline != NULL && !baseline_read(choice->baseline, &baseline))
		return STATUS_NOT_CHECKED;
	if (!outfile_open(&out, choice->output, choice->force))
		return STATUS_NOT_CHECKED;
	if (choice->form->is_binary && isatty(fileno(out.stream)) == 1) {
		say("--format=%s: nothing for a terminal; give --output=FILE", choice->form->name);
		outfile_close(&out, false);
		return STATUS_NOT_CHECKED;
	}
	if (isatty(fileno(out.stream)) == 1)
		progress_end();
	else
		progress_say("writing");
	write_form(report, choice, out.stream);
	progress_end();
	if (!outfile_close(&out, true))
		return STATUS_NOT_CHECKED;
	if (choice->baseline != NULL && status == STATUS_VIOLATION)
		status = status_beside(report, &baseline);
	baseline_free(&baseline);
	if (choice->new_baseline != NULL && !baseline_write(report, choice->new_baseline))
		return STATUS_NOT_CHECKED;
	if (profile_budget_is_given(&choice->budget))
		status = hold_against_budget(report, choice);
	return status;
}

static bool read_all(struct report *report, struct report *old, struct report_choice *choice)
{
	const char *const old_file[] = {choice->old, NULL};

	if (!read_files(report, choice->files, choice) ||
	    !has_what_is_needed(report, choice->files[0], choice))
		return false;
	if (choice->old == NULL)
		return true;
	choice->options.old = old;
	return read_files(old, (char **)(uintptr_t)old_file, choice) &&
	       has_what_is_needed(old, choice->old, choice);
}

static int tell_records(struct report_choice *choice)
{
	struct report report = {.status = 0}, old = {.status = 0};
	int status = STATUS_NOT_CHECKED;

	if (read_all(&report, &old, choice))
		status = tell(&report, choice);
	progress_end();
	choice->options.old = NULL;
	report_free(&report);
	report_free(&old);
	return status;
}

static int tell_results(const struct report_choice *choice)
{
	if (choice->of_records == NULL)
		return results_tell(choice->files, choice->form->name, choice->quiet);
	say("--%s: it is for records, and %s has results of tests", choice->of_records,
	    choice->files[0]);
	return STATUS_NOT_CHECKED;
}

int verb_report(int count, char **words)
{
	char folder[PATH_MAX];
	struct report_choice choice = {.options.root = getcwd(folder, sizeof(folder))};

	say_for("report");
	if (!report_choose(count, words, &choice))
		return STATUS_NOT_CHECKED;
	if (choice.help) {
		report_print_usage();
		return 0;
	}
	switch (report_input_of(choice.files)) {
	case REPORT_INPUT_RECORDS:
		return tell_records(&choice);
	case REPORT_INPUT_RESULTS:
		return tell_results(&choice);
	default:
		return STATUS_NOT_CHECKED;
	}
}
