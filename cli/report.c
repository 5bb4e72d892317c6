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
#include "say.h"
#include "screen.h"
#include "suggest.h"
#include "verb.h"
#include "words.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	report_write *write; /* NULL: a screen */
} forms[] = {
	{"text", NULL},
	{"json", report_write_json},
	{"junit", report_write_junit},
	{"sarif", report_write_sarif},
	{"markdown", report_write_markdown},
	{"gitlab", report_write_gitlab},
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

struct choice {
	bool help;
	size_t form;
	struct screen_options screen;
	struct report_names names;
	struct report_options options;
	const char *baseline, *new_baseline;
	bool suggest;
	char **files;
};

static void print_usage(void)
{
	puts("usage: phaselock report [OPTIONS] FILE...\n"
	     "  --format=FORM              text, json, junit, sarif, markdown, gitlab (text)\n"
	     "  --by=WHAT                  rows of: site, function, module, thread (function)\n"
	     "  --order=WHAT               first rows by: count, bytes (count)\n"
	     "  --top=N                    rows at most\n"
	     "  --tree                     who called whom\n"
	     "  --full                     whole call stacks\n"
	     "  --source-root=DIR          sources are named from this folder (the current)\n"
	     "  --baseline=FILE            fail on sites that are not in this file\n"
	     "  --write-baseline=FILE      write the sites to it\n"
	     "  --suggest-suppressions     print entries for a file of suppressions\n"
	     "  --raw                      look for no names but those in the records\n"
	     "  --debug-path=DIRS          folders of separate debug files\n"
	     "  --debuginfod               ask the servers of DEBUGINFOD_URLS, too\n"
	     "  -h, --help                 print this\n"
	     "Tells what is in the records that `phaselock run` keeps in files.\n"
	     "Status: 0; 99 violations, or sites that the baseline lacks; 125 a FILE is no\n"
	     "record, or nothing was checked.");
}

static bool read_form(const char *name, size_t *form)
{
	for (*form = 0; *form < FORMS; ++*form)
		if (strcmp(forms[*form].name, name) == 0)
			return true;
	say("--format=%s: it is text, json, junit, sarif, markdown or gitlab", name);
	return false;
}

static bool read_key(const char *name, enum group_key *key)
{
	static const char *const names[] = {"site", "function", "module", "thread"};
	static const enum group_key keys[] = {GROUP_SITES, GROUP_FUNCTIONS, GROUP_MODULES,
					      GROUP_THREADS};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(names[i], name) == 0) {
			*key = keys[i];
			return true;
		}
	say("--by=%s: it is site, function, module or thread", name);
	return false;
}

static bool read_top(const char *text, size_t *top)
{
	char *end;

	errno = 0;
	*top = strtoul(text, &end, 10);
	if (end != text && *end == '\0' && text[0] != '-' && errno == 0 && *top > 0)
		return true;
	say("--top=%s: it is a number of rows, from 1", text);
	return false;
}

enum {
	HELP = 'h',
	FORMAT,
	BY,
	ORDER,
	TOP,
	TREE,
	FULL,
	BASELINE,
	WRITE_BASELINE,
	SUGGEST,
	RAW,
	ROOT,
	PATH,
	SERVERS
};

static bool read_order(const char *name, enum group_order *order)
{
	if (strcmp(name, "count") != 0 && strcmp(name, "bytes") != 0) {
		say("--order=%s: it is count or bytes", name);
		return false;
	}
	*order = name[0] == 'b' ? GROUP_BY_BYTES : GROUP_BY_COUNT;
	return true;
}

/* Returns false after it has said what is wrong. */
static bool take(struct choice *choice, int found)
{
	switch (found) {
	case HELP:
		choice->help = true;
		return true;
	case FORMAT:
		return read_form(optarg, &choice->form);
	case BY:
		return read_key(optarg, &choice->screen.by);
	case ORDER:
		return read_order(optarg, &choice->screen.order);
	case TOP:
		return read_top(optarg, &choice->screen.top);
	case TREE:
		choice->screen.form = SCREEN_TREE;
		return true;
	case FULL:
		choice->screen.form = SCREEN_FULL;
		return true;
	case BASELINE:
		choice->baseline = optarg;
		return true;
	case WRITE_BASELINE:
		choice->new_baseline = optarg;
		return true;
	case SUGGEST:
		choice->suggest = true;
		return true;
	case ROOT:
		choice->options.root = optarg;
		return true;
	case RAW:
		choice->names.off = true;
		return true;
	case PATH:
		choice->names.debug_path = optarg;
		return true;
	case SERVERS:
		choice->names.debuginfod = true;
		return true;
	default: /* what is wrong has been said */
		return false;
	}
}

static bool read_words(int count, char **words, struct choice *choice)
{
	static const struct option options[] = {
		{"format", required_argument, NULL, FORMAT},
		{"by", required_argument, NULL, BY},
		{"order", required_argument, NULL, ORDER},
		{"top", required_argument, NULL, TOP},
		{"tree", no_argument, NULL, TREE},
		{"full", no_argument, NULL, FULL},
		{"baseline", required_argument, NULL, BASELINE},
		{"write-baseline", required_argument, NULL, WRITE_BASELINE},
		{"suggest-suppressions", no_argument, NULL, SUGGEST},
		{"source-root", required_argument, NULL, ROOT},
		{"raw", no_argument, NULL, RAW},
		{"debug-path", required_argument, NULL, PATH},
		{"debuginfod", no_argument, NULL, SERVERS},
		{"help", no_argument, NULL, HELP},
		{0},
	};
	int found;

	while ((found = words_next("report", count, words, "h", options, NULL)) != -1)
		if (!take(choice, found))
			return false;
	choice->files = words + optind;
	if (*choice->files != NULL || choice->help)
		return true;
	say("no file; `phaselock report --help` tells what to give");
	return false;
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

static void print_text(const struct report *report, const struct choice *choice)
{
	struct screen_options screen = choice->screen;

	screen_fit(stdout, &screen);
	screen_print(stdout, report, &screen);
	screen_print_rows(stdout, report);
	if (report->verdict[0] == '\0')
		puts("the run did not come to its end: this is what there was");
	else
		print_verdict(report);
}

/* Returns whether all sites are in the baseline; says which are not. */
static bool holds(const struct report *report, const struct baseline *baseline)
{
	struct baseline_difference difference;
	bool is_held;

	if (!baseline_compare(report, baseline, &difference))
		return false;
	baseline_tell(&difference, stderr);
	is_held = baseline_holds(&difference);
	baseline_difference_free(&difference);
	return is_held;
}

static bool has_failed_checks(const struct report *report)
{
	for (size_t i = 0; i < report->check_count; i++)
		if (report->checks[i].failed > 0)
			return true;
	return false;
}

/* Returns the status that the report has by itself, without a baseline. */
static int status_of(const struct report *report)
{
	if (report->site_count > 0 || report->sites_lost > 0)
		return STATUS_VIOLATION;
	if (strcmp(report->verdict, "FAIL") == 0 && has_failed_checks(report))
		return STATUS_VIOLATION;
	return strcmp(report->verdict, "PASS") == 0 ? 0 : STATUS_NOT_CHECKED;
}

static int tell(struct report *report, const struct choice *choice)
{
	struct baseline baseline = {NULL, 0};
	int status = status_of(report);

	if (choice->baseline != NULL && !baseline_read(choice->baseline, &baseline))
		return STATUS_NOT_CHECKED;
	if (choice->suggest)
		suggest_suppressions(report, stdout);
	else if (forms[choice->form].write == NULL)
		print_text(report, choice);
	report_merge_ids(report);
	if (!choice->suggest && forms[choice->form].write != NULL)
		forms[choice->form].write(report, &choice->options, stdout);
	if (choice->baseline != NULL && status == STATUS_VIOLATION)
		status = holds(report, &baseline) ? 0 : STATUS_VIOLATION;
	baseline_free(&baseline);
	if (choice->new_baseline != NULL && !baseline_write(report, choice->new_baseline))
		return STATUS_NOT_CHECKED;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	say("cannot write: %s", strerror(errno));
	return STATUS_NOT_CHECKED;
}

int verb_report(int count, char **words)
{
	char folder[PATH_MAX];
	struct choice choice = {.options.root = getcwd(folder, sizeof(folder))};
	struct report report = {.status = 0};
	int status;

	say_for("report");
	if (!read_words(count, words, &choice))
		return STATUS_NOT_CHECKED;
	if (choice.help) {
		print_usage();
		return 0;
	}
	for (char **file = choice.files; *file != NULL; file++)
		if (!report_add_file(&report, *file, &choice.names)) {
			report_free(&report);
			return STATUS_NOT_CHECKED;
		}
	group_find_origins(&report);
	status = tell(&report, &choice);
	report_free(&report);
	return status;
}
