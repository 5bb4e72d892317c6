/* SPDX-License-Identifier: MIT */
/*
 * Reads the command line of `phaselock report`. It must not know what is done with it.
 */
#define _GNU_SOURCE
#include "report_choice.h"

#include "report_value.h"
#include "say.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

static const struct report_form forms[] = {
	{.name = "text"},
	{.name = "json", .write = report_write_json},
	{.name = "junit", .write = report_write_junit, .is_check = true},
	{.name = "sarif", .write = report_write_sarif, .is_check = true},
	{.name = "markdown", .write = report_write_markdown, .is_check = true},
	{.name = "gitlab", .write = report_write_gitlab, .is_check = true},
	{.name = "html", .write = report_write_html},
	{.name = "folded", .write = report_write_folded, .needs_profile = true},
	{.name = "pprof", .write = report_write_pprof, .needs_profile = true, .is_binary = true},
	{.name = "speedscope", .write = report_write_speedscope, .needs_profile = true},
	{.name = "dhat", .write = report_write_dhat, .needs_profile = true},
	{.name = "massif", .write = report_write_massif, .needs_profile = true},
	{.name = "table", .write = report_write_table, .needs_profile = true},
	{.name = NULL},
};

void report_print_usage(void)
{
	puts("usage: phaselock report [OPTIONS] FILE...\n"
	     "  --format=FORM              text, html, json, junit, sarif, markdown, gitlab;\n"
	     "                             folded, pprof, speedscope, dhat, massif, table\n"
	     "  --output=FILE  --force     write to a new file; with --force over an old one\n"
	     "  --order=WHAT               late, bytes, count, peak, temporary, leaked\n"
	     "  --by=WHAT                  function, site, module, thread, process, phase\n"
	     "  --tree, --callers, --full  who called whom, from either end; whole stacks\n"
	     "  --top=N  -q, --quiet       rows at most; the verdict alone\n"
	     "  --phase=init|locked  --thread=NAME  --process=NAME  --since=TIME\n"
	     "                             this part of the profile\n"
	     "  --violations               these alone, though there is a profile\n"
	     "  --diff=FILE                what is new, gone, grown since that profile\n"
	     "  --max-late=N  --max-new-sites=N  --max-peak=BYTES  --max-leaked=BYTES\n"
	     "                             budgets of the profile\n"
	     "  --source-root=DIR          sources are named from this folder (the current)\n"
	     "  --baseline=FILE            fail on sites that are not in this file\n"
	     "  --write-baseline=FILE      write the sites to it\n"
	     "  --suggest-suppressions     print entries for a file of suppressions\n"
	     "  --raw  --debug-path=DIRS  --debuginfod   where to look for names\n"
	     "  -h, --help                 print this\n"
	     "FILEs: records that `phaselock run` and `phaselock record` keep, or results of\n"
	     "tests (PHASELOCK_RESULTS). "
	     "Status: 0; 1 a budget is exceeded; 99 violations\n"
	     "(with a baseline: new ones), or failed tests; 125 a FILE is bad, or not checked.");
}

static bool read_form(const char *name, const struct report_form **form)
{
	for (*form = forms; (*form)->name != NULL; ++*form)
		if (strcmp((*form)->name, name) == 0)
			return true;
	say("--format=%s: it is text, html, json, junit, sarif, markdown, gitlab, folded, "
	    "pprof, speedscope, dhat, massif or table",
	    name);
	return false;
}

enum {
	HELP = 'h',
	QUIET = 'q',
	FORMAT,
	BY,
	ORDER,
	TOP,
	TREE,
	CALLERS,
	FULL,
	PHASE,
	THREAD,
	PROCESS,
	SINCE,
	VIOLATIONS,
	OUTPUT,
	FORCE,
	DIFF,
	MAX_LATE,
	MAX_NEW_SITES,
	MAX_PEAK,
	MAX_LEAKED,
	BASELINE,
	WRITE_BASELINE,
	SUGGEST,
	RAW,
	ROOT,
	PATH,
	SERVERS
};

/* Those that choose a part of the profile, or hold it against something. */
static bool take_of_profile(struct report_choice *choice, int found)
{
	struct view_filter *filter = &choice->filter;

	choice->is_filtered = choice->is_filtered || (found >= PHASE && found <= SINCE);
	switch (found) {
	case PHASE:
		return report_value_phase(optarg, filter);
	case THREAD:
		return report_value_pattern("thread", optarg, &filter->thread);
	case PROCESS:
		return report_value_pattern("process", optarg, &filter->process);
	case SINCE:
		return report_value_since(optarg, filter);
	case VIOLATIONS:
		choice->violations = true;
		return true;
	case DIFF:
		choice->old = optarg;
		return true;
	case MAX_LATE:
		return report_value_limit("max-late", optarg, &choice->budget.late);
	case MAX_NEW_SITES:
		return report_value_limit("max-new-sites", optarg, &choice->budget.new_sites);
	case MAX_PEAK:
		return report_value_limit("max-peak", optarg, &choice->budget.peak);
	case MAX_LEAKED:
		return report_value_limit("max-leaked", optarg, &choice->budget.leaked);
	default: /* what is wrong has been said */
		return false;
	}
}

static bool take_of_screen(struct report_choice *choice, int found)
{
	switch (found) {
	case BY:
		return report_value_by(optarg, choice);
	case ORDER:
		return report_value_order(optarg, choice);
	case TOP:
		return report_value_top(optarg, choice);
	case TREE:
		choice->screen.form = SCREEN_TREE;
		choice->profile.form = PROFILE_TREE;
		return true;
	case CALLERS:
		choice->screen.form = SCREEN_TREE;
		choice->profile.form = PROFILE_CALLERS;
		return true;
	case FULL:
		choice->screen.form = SCREEN_FULL;
		choice->profile.form = PROFILE_FULL;
		return true;
	default:
		return take_of_profile(choice, found);
	}
}

static bool take(struct report_choice *choice, int found)
{
	switch (found) {
	case HELP:
		choice->help = true;
		return true;
	case QUIET:
		choice->quiet = true;
		return true;
	case FORMAT:
		return read_form(optarg, &choice->form);
	case OUTPUT:
		choice->output = optarg;
		return true;
	case FORCE:
		choice->force = true;
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
	default:
		return take_of_screen(choice, found);
	}
}

/* What makes no sense together. */
static bool fits(const struct report_choice *choice)
{
	if (choice->budget.new_sites.is_given && choice->old == NULL) {
		say("--max-new-sites: new against what? Give --diff FILE");
		return false;
	}
	if (choice->old != NULL && choice->violations) {
		say("--diff and --violations: profiles are compared, violations are not; see "
		    "--baseline");
		return false;
	}
	return true;
}

/* Whether an option is about sites or a profile, which results of tests do not have. */
static bool is_of_records(int found)
{
	return found != HELP && found != QUIET && found != FORMAT && found != ROOT &&
	       found != RAW && found != PATH && found != SERVERS;
}

static const char *name_of(const struct option *options, int found)
{
	while (options->val != found)
		options++;
	return options->name;
}

bool report_choose(int count, char **words, struct report_choice *choice)
{
	static const struct option options[] = {
		{"format", required_argument, NULL, FORMAT},
		{"output", required_argument, NULL, OUTPUT},
		{"force", no_argument, NULL, FORCE},
		{"by", required_argument, NULL, BY},
		{"order", required_argument, NULL, ORDER},
		{"top", required_argument, NULL, TOP},
		{"tree", no_argument, NULL, TREE},
		{"callers", no_argument, NULL, CALLERS},
		{"full", no_argument, NULL, FULL},
		{"phase", required_argument, NULL, PHASE},
		{"thread", required_argument, NULL, THREAD},
		{"process", required_argument, NULL, PROCESS},
		{"since", required_argument, NULL, SINCE},
		{"violations", no_argument, NULL, VIOLATIONS},
		{"diff", required_argument, NULL, DIFF},
		{"max-late", required_argument, NULL, MAX_LATE},
		{"max-new-sites", required_argument, NULL, MAX_NEW_SITES},
		{"max-peak", required_argument, NULL, MAX_PEAK},
		{"max-leaked", required_argument, NULL, MAX_LEAKED},
		{"baseline", required_argument, NULL, BASELINE},
		{"write-baseline", required_argument, NULL, WRITE_BASELINE},
		{"suggest-suppressions", no_argument, NULL, SUGGEST},
		{"source-root", required_argument, NULL, ROOT},
		{"raw", no_argument, NULL, RAW},
		{"debug-path", required_argument, NULL, PATH},
		{"debuginfod", no_argument, NULL, SERVERS},
		{"quiet", no_argument, NULL, QUIET},
		{"help", no_argument, NULL, HELP},
		{0},
	};
	int found;

	choice->form = forms;
	choice->profile.by = VIEW_BY_SITE;
	choice->options.measure = VIEW_BYTES;
	while ((found = words_next("report", count, words, "hq", options, NULL)) != -1)
		if (!take(choice, found))
			return false;
		else if (choice->of_records == NULL && is_of_records(found))
			choice->of_records = name_of(options, found);
	choice->files = words + optind;
	if (choice->help)
		return true;
	if (*choice->files != NULL)
		return fits(choice);
	say("no file; `phaselock report --help` tells what to give");
	return false;
}
