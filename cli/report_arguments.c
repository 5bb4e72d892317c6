/* SPDX-License-Identifier: MIT */
/*
 * The command line of `phaselock report`. It must not know how a form is written.
 */
#define _GNU_SOURCE
#include "report_arguments.h"

#include "say.h"
#include "words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void report_print_usage(void)
{
	puts("usage: phaselock report [OPTIONS] FILE...\n"
	     "  --format=text|json|junit|sarif|markdown|gitlab  (text)\n"
	     "  --by=site|function|module|thread  what a row is (function)\n"
	     "  --order=count|bytes        which rows come first (count)\n"
	     "  --top=N                    rows at most\n"
	     "  -q, --quiet                of the text only the verdict\n"
	     "  --tree                     who called whom\n"
	     "  --full                     whole call stacks\n"
	     "  --source-root=DIRS         sources are named from this folder (the current)\n"
	     "  --baseline=FILE            fail on sites that are not in this file\n"
	     "  --write-baseline=FILE      write the sites to it\n"
	     "  --suggest-suppressions     print entries for a file of suppressions\n"
	     "  --raw                      look for no names but those in the records\n"
	     "  --debug-path=DIRS          folders of separate debug files\n"
	     "  --debuginfod               ask the servers of DEBUGINFOD_URLS, too\n"
	     "  -h, --help                 print this\n"
	     "FILEs: records that `phaselock run` keeps; or results of tests, which\n"
	     "libphaselock-test writes to PHASELOCK_RESULTS=FILE.\n"
	     "Status: 0; 99 violations, sites that the baseline lacks, or an assertion failed;\n"
	     "125 a FILE is bad, or something was not checked.");
}

static bool read_form(const char *name, const char **form)
{
	static const char *const forms[] = {"text", "json", "junit", "sarif", "markdown", "gitlab"};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strcmp(forms[i], name) == 0) {
			*form = forms[i];
			return true;
		}
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
	QUIET = 'q',
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

/* Whether an option is about sites, which results of tests have none of. */
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

bool report_read_words(int count, char **words, struct report_choice *choice)
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
		{"quiet", no_argument, NULL, QUIET},
		{"help", no_argument, NULL, HELP},
		{0},
	};
	int found;

	while ((found = words_next("report", count, words, "hq", options, NULL)) != -1)
		if (!take(choice, found))
			return false;
		else if (choice->of_records == NULL && is_of_records(found))
			choice->of_records = name_of(options, found);
	choice->files = words + optind;
	if (*choice->files != NULL || choice->help)
		return true;
	say("no file; `phaselock report --help` tells what to give");
	return false;
}
