/* SPDX-License-Identifier: MIT */
/*
 * The command line of `phaselock run`: most options are keys of PHASELOCK_OPTIONS under a longer
 * name, and all of the text, and the file of suppressions=, is read by the library's own parser
 * before the program starts, so that what passes here is what holds there.
 */
#define _GNU_SOURCE
#include "arguments.h"

#include "say.h"
#include "common/options.h"
#include "common/suppress.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPTION_KEY = 1,
	OPTION_LIBRARY,
	OPTION_ALLOCATOR,
	OPTION_OUTPUT,
	OPTION_LIVE,
	OPTION_DEBUG_PATH,
	OPTION_DEBUGINFOD,
	OPTION_HELP
};

/*
 * One option; key is that of PHASELOCK_OPTIONS which it sets, value what it sets without an
 * argument of its own.
 */
static const struct {
	const char *name;
	const char *argument; /* NULL: it takes none */
	const char *key;
	const char *value;
	const char *meaning;
} table[] = {
	{"lock-at", "main", "lock", NULL, "lock just before main() is entered"},
	{"lock-after", "MS", "lock_after", NULL, "lock so many milliseconds after the start"},
	{"lock-on", "SIGNAL", "lock_signal", NULL, "lock when this signal comes"},
	{"unlock-on", "SIGNAL", "unlock_signal", NULL, "unlock when this signal comes"},
	{"policy", "abort|allow|deny", "policy", NULL, "what becomes of a violation (abort)"},
	{"free", "allow|forbid", "free", NULL,
	 "whether a free while locked is a violation (allow)"},
	{"output", "FILE", NULL, NULL, "keep the record of the run, for `phaselock report`"},
	{"live", NULL, NULL, NULL, "report violations as they happen"},
	{"report", "FILE", "report", NULL, "append the reports to a file; %p is the process id"},
	{"suppressions", "FILE", "suppressions", NULL,
	 "requests that this file names are served and not reported"},
	{"symbolize", "0|1", "symbolize", NULL,
	 "name functions, files and lines in the reports (1)"},
	{"debug-path", "DIRS", NULL, NULL, "where files with debug information are sought"},
	{"debuginfod", NULL, NULL, NULL, "ask the servers of DEBUGINFOD_URLS for such files too"},
	{"max-reports", "N", "max_reports", NULL,
	 "reports at most (" PL_TEXT_OF(PL_OPTIONS_REPORTS) ")"},
	{"frames", "N", "frames", NULL,
	 "frames of a call stack (" PL_TEXT_OF(PL_OPTIONS_FRAMES) ")"},
	{"stats", NULL, "stats", "1", "print the statistics at exit"},
	{"stages", NULL, "stages", "1", "tell the stages that the program names"},
	{"follow-children", NULL, "follow_children", "1",
	 "guard the programs too that this one starts"},
	{"allocator", "NAME", NULL, NULL,
	 "system: what the program would have had (default); jemalloc: the library's own"},
	{"library", "PATH", NULL, NULL, "put this libphaselock.so into the program"},
	{"help", NULL, NULL, NULL, "print this"},
};

#define OPTIONS (sizeof(table) / sizeof(table[0]))

void arguments_print_usage(void)
{
	puts("usage: phaselock run [OPTIONS] [--] PROGRAM [ARGUMENTS...]");
	for (size_t i = 0; i < OPTIONS; i++) {
		char name[64];

		snprintf(name, sizeof(name), "--%s%s%s", table[i].name,
			 table[i].argument != NULL ? "=" : "",
			 table[i].argument != NULL ? table[i].argument : "");
		printf("  %-26s %s\n", name, table[i].meaning);
	}
	puts("Status: the program's own; 128+N if signal N ended it; 99 violations; 125 not "
	     "guarded or not checked;\n"
	     "126 the program cannot be run or guarded; 127 it is not found. PHASELOCK_OPTIONS "
	     "holds as well.");
}

static int kind(size_t i)
{
	if (table[i].key != NULL)
		return OPTION_KEY;
	if (strcmp(table[i].name, "allocator") == 0)
		return OPTION_ALLOCATOR;
	if (strcmp(table[i].name, "output") == 0)
		return OPTION_OUTPUT;
	if (strcmp(table[i].name, "live") == 0)
		return OPTION_LIVE;
	if (strcmp(table[i].name, "debug-path") == 0)
		return OPTION_DEBUG_PATH;
	if (strcmp(table[i].name, "debuginfod") == 0)
		return OPTION_DEBUGINFOD;
	return table[i].argument != NULL ? OPTION_LIBRARY : OPTION_HELP;
}

/* Appends "key=value" to the text for the library. */
static bool append_key(struct arguments *arguments, size_t i, const char *value)
{
	char *longer;

	if (strchr(value, ':') != NULL) {
		say("--%s=%s: a value cannot have a colon in it", table[i].name, value);
		return false;
	}
	if (asprintf(&longer, "%s:%s=%s", arguments->options_text, table[i].key, value) < 0)
		return false;
	free(arguments->options_text);
	arguments->options_text = longer;
	return true;
}

static bool parse_options(struct arguments *arguments)
{
	char buffer[4096];
	struct pl_text errors = pl_text_in(buffer, sizeof(buffer));

	arguments->options = pl_options_default();
	if (pl_options_parse(arguments->options_text, &arguments->options, &errors) == 0)
		return true;
	fputs(buffer, stderr);
	return false;
}

static bool check_suppressions(const struct arguments *arguments)
{
	static char buffer[65536];
	struct pl_text errors = pl_text_in(buffer, sizeof(buffer));

	if (arguments->options.suppressions[0] == '\0' ||
	    pl_suppress_read(arguments->options.suppressions, &errors) == 0)
		return true;
	fputs(buffer, stderr);
	if (errors.length == sizeof(buffer) - 1) /* cut */
		fputs("...\n", stderr);
	return false;
}

/* Reads the options up to the program's name. */
static bool read_words(int count, char **words, struct arguments *arguments)
{
	struct option options[OPTIONS + 1] = {{0}};
	int found, which;

	for (size_t i = 0; i < OPTIONS; i++)
		options[i] =
			(struct option){table[i].name, table[i].argument != NULL, NULL, kind(i)};
	while ((found = words_next("run", count, words, "+", options, &which)) != -1) {
		switch (found) {
		case OPTION_KEY:
			if (!append_key(arguments, (size_t)which,
					optarg != NULL ? optarg : table[which].value))
				return false;
			break;
		case OPTION_LIBRARY:
			arguments->library = optarg;
			break;
		case OPTION_ALLOCATOR:
			arguments->allocator = optarg;
			break;
		case OPTION_OUTPUT:
			arguments->output = optarg;
			break;
		case OPTION_LIVE:
			arguments->live = true;
			break;
		case OPTION_DEBUG_PATH:
			arguments->debug_path = optarg;
			break;
		case OPTION_DEBUGINFOD:
			arguments->debuginfod = true;
			break;
		case OPTION_HELP:
			arguments->help = true;
			return true;
		default: /* what is wrong has been said */
			return false;
		}
	}
	arguments->program = words + optind;
	return true;
}

static bool check_library(const struct arguments *arguments)
{
	const char *allocator = arguments->allocator;

	if (allocator == NULL)
		return true;
	if (strcmp(allocator, "jemalloc") != 0 && strcmp(allocator, "system") != 0) {
		say("--allocator=%s: it is jemalloc or system", allocator);
		return false;
	}
	if (arguments->library == NULL)
		return true;
	say("--allocator and --library both name the library; give one of them");
	return false;
}

bool arguments_read(int count, char **words, struct arguments *arguments)
{
	const char *given = getenv(PL_OPTIONS_VARIABLE);

	*arguments = (struct arguments){.options_text = strdup(given != NULL ? given : "")};
	if (arguments->options_text == NULL || !read_words(count, words, arguments))
		return false;
	if (arguments->help)
		return true;
	if (*arguments->program == NULL) {
		say("no program to run; `phaselock run --help` tells how to name one");
		return false;
	}
	return check_library(arguments) && parse_options(arguments) &&
	       check_suppressions(arguments);
}
