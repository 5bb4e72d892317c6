/* SPDX-License-Identifier: MIT */
/*
 * `phaselock report`: records of runs, in the form that is asked for. It must not know what is in
 * a form.
 */
#define _GNU_SOURCE
#include "report_arguments.h"

#include "baseline.h"
#include "escape.h"
#include "group.h"
#include "report_input.h"
#include "results.h"
#include "say.h"
#include "screen.h"
#include "suggest.h"
#include "verb.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	report_write *write;
} forms[] = {
	{"json", report_write_json},	 {"junit", report_write_junit},
	{"sarif", report_write_sarif},	 {"markdown", report_write_markdown},
	{"gitlab", report_write_gitlab},
};

/* Returns NULL for the text, which is for a screen. */
static report_write *writer_of(const char *form)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strcmp(forms[i].name, form) == 0)
			return forms[i].write;
	return NULL;
}

/* ---- what is told ---------------------------------------------------------------------------- */

static void print_verdict(const struct report *report)
{
	escape_write(report->verdict, stdout);
	if (report->reason[0] != '\0') {
		fputs(": ", stdout);
		escape_write(report->reason, stdout);
	}
	putchar('\n');
}

static void print_text(const struct report *report, const struct report_choice *choice)
{
	struct screen_options screen = choice->screen;

	screen_fit(stdout, &screen);
	if (!choice->quiet)
		screen_print(stdout, report, &screen);
	if (report->verdict[0] == '\0')
		puts("the run did not come to its end: this is what there was");
	else
		print_verdict(report);
}

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

/* Returns the status that the report has by itself, without a baseline. */
static int status_of(const struct report *report)
{
	if (report->site_count > 0 || report->sites_lost > 0 || report->unplaced > 0)
		return STATUS_VIOLATION;
	return strcmp(report->verdict, "PASS") == 0 ? 0 : STATUS_NOT_CHECKED;
}

static int tell(struct report *report, const struct report_choice *choice)
{
	struct baseline baseline = {NULL, 0};
	report_write *write = writer_of(choice->form);
	int status = status_of(report);

	if (choice->baseline != NULL && !baseline_read(choice->baseline, &baseline))
		return STATUS_NOT_CHECKED;
	if (choice->suggest)
		suggest_suppressions(report, stdout);
	else if (write == NULL)
		print_text(report, choice);
	report_merge_ids(report);
	if (!choice->suggest && write != NULL)
		write(report, &choice->options, stdout);
	if (choice->baseline != NULL && status == STATUS_VIOLATION)
		status = status_beside(report, &baseline);
	baseline_free(&baseline);
	if (choice->new_baseline != NULL && !baseline_write(report, choice->new_baseline))
		return STATUS_NOT_CHECKED;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	say("cannot write: %s", strerror(errno));
	return STATUS_NOT_CHECKED;
}

static int tell_records(const struct report_choice *choice)
{
	struct report report = {.status = 0};
	int status = STATUS_NOT_CHECKED;
	bool is_read = true;

	for (char **file = choice->files; *file != NULL && is_read; file++)
		is_read = report_add_file(&report, *file, &choice->names);
	if (is_read) {
		group_find_origins(&report);
		status = tell(&report, choice);
	}
	report_free(&report);
	return status;
}

static int tell_results(const struct report_choice *choice)
{
	if (choice->of_records == NULL)
		return results_tell(choice->files, choice->form, choice->quiet);
	say("--%s: it is for records, and %s has results of tests", choice->of_records,
	    choice->files[0]);
	return STATUS_NOT_CHECKED;
}

int verb_report(int count, char **words)
{
	char folder[PATH_MAX];
	struct report_choice choice = {.form = "text",
				       .options.root = getcwd(folder, sizeof(folder))};

	say_for("report");
	if (!report_read_words(count, words, &choice))
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
