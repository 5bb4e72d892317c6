/* SPDX-License-Identifier: MIT */
/*
 * The command line of `phaselock run` and of `phaselock record`. Most options are keys of
 * PHASELOCK_OPTIONS under a longer name. It must not know what a key's value may be.
 */
#define _GNU_SOURCE
#include "arguments.h"

#include "arguments_value.h"
#include "choice.h"
#include "say.h"
#include "common/options.h"
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
	OPTION_QUIET,
	OPTION_DEBUG_PATH,
	OPTION_DEBUGINFOD,
	OPTION_FRAMES,
	OPTION_FORCE,
	OPTION_HELP
};

/* Which verbs have an option, and in whose help it has a line of its own. */
enum { RUN = 1, RECORD = 2, TOLD_BY_RUN = 4, TOLD_BY_RECORD = 8 };

#define BOTH (RUN | RECORD)
#define TOLD_BY_BOTH (BOTH | TOLD_BY_RUN | TOLD_BY_RECORD)

#define ALLOCATORS "system|jemalloc"

/*
 * One option. It sets this key of PHASELOCK_OPTIONS; value is what it sets if it takes no argument.
 * An option that is not told is explained in the man page only, so that the help fits a screen.
 */
static const struct {
	const char *name;
	const char *argument; /* NULL: it takes none; "": what its key may be */
	const char *key;
	const char *value;
	unsigned verbs;
	const char *meaning;
} table[] = {
	{"lock-at", "", "lock", NULL, TOLD_BY_BOTH, "lock just before main() is entered (never)"},
	{"lock-after", "MS", "lock_after", NULL, TOLD_BY_BOTH,
	 "lock so many milliseconds after the start"},
	{"lock-on", "SIGNAL", "lock_signal", NULL, TOLD_BY_BOTH, "lock when this signal comes"},
	{"unlock-on", "SIGNAL", "unlock_signal", NULL, TOLD_BY_BOTH,
	 "unlock when this signal comes"},
	{"policy", "", "policy", NULL, BOTH | TOLD_BY_RUN, "what becomes of a violation (abort)"},
	{"free", "", "free", NULL, BOTH | TOLD_BY_RUN,
	 "whether a free while locked is a violation (allow)"},
	{"output", "FILE", NULL, NULL, RUN | TOLD_BY_RUN,
	 "keep the record of the run, for `phaselock report`"},
	{"output", "FILE", NULL, NULL, RECORD | TOLD_BY_RECORD,
	 "file for the record (PROGRAM.phaselock)"},
	{"force", NULL, NULL, NULL, RECORD | TOLD_BY_RECORD, "replace the file if it is there"},
	{"force", NULL, NULL, NULL, RUN, NULL},
	{"quiet", NULL, NULL, NULL, BOTH, NULL},
	{"live", NULL, NULL, NULL, BOTH | TOLD_BY_RUN, "report violations as they happen"},
	{"report", "FILE", "report", NULL, BOTH | TOLD_BY_RUN,
	 "append the reports to a file; %p is the process id"},
	{"suppressions", "FILE", "suppressions", NULL, BOTH | TOLD_BY_RUN,
	 "serve, and do not report, the requests it names"},
	{"symbolize", "0|1", "symbolize", NULL, TOLD_BY_BOTH,
	 "put functions, files and lines into reports (1)"},
	{"max-reports", "N", "max_reports", NULL, BOTH | TOLD_BY_RUN,
	 "reports at most (" PL_TEXT_OF(PL_OPTIONS_REPORTS) ")"},
	{"frames", ARGUMENTS_FRAMES_VALUES, NULL, NULL, RECORD | TOLD_BY_RECORD,
	 "frames of a call stack that are kept (" PL_TEXT_OF(ARGUMENTS_FRAMES) ")"},
	{"stats", NULL, "stats", "1", BOTH | TOLD_BY_RUN, "print the statistics at exit"},
	{"follow-children", NULL, "follow_children", "1", TOLD_BY_BOTH,
	 "guard the programs too that this one starts"},
	{"allocator", ALLOCATORS, NULL, NULL, TOLD_BY_BOTH,
	 "the program's own (system), or the library's"},
	{"debug-path", "DIRS", NULL, NULL, BOTH, NULL},
	{"debuginfod", NULL, NULL, NULL, BOTH, NULL},
	{"frames", "N", "frames", NULL, RUN, NULL},
	{"hot", "PATTERN", "hot", NULL, BOTH, NULL},
	{"library", "PATH", NULL, NULL, BOTH, NULL},
	{"stages", NULL, "stages", "1", BOTH, NULL},
	{"help", NULL, NULL, NULL, TOLD_BY_BOTH, "print this"},
};

#define OPTIONS (sizeof(table) / sizeof(table[0]))
#define WIDTH 80
#define LONG_ONLY 256 /* above all letters */

/* What stands before the name of an option that a letter stands for. */
static const char *letter_of(const char *name)
{
	if (strcmp(name, "help") == 0)
		return "-h, ";
	return strcmp(name, "quiet") == 0 ? "-q, " : "";
}

/* Writes "--name=argument" as the help has it. Returns how long it is. */
static int write_option(size_t i, char *text, size_t size)
{
	const char *argument = table[i].argument;

	if (argument != NULL && argument[0] == '\0')
		argument = pl_options_values(table[i].key);
	return snprintf(text, size, "%s--%s%s%s", letter_of(table[i].name), table[i].name,
			argument != NULL ? "=" : "", argument != NULL ? argument : "");
}

static void print_others(unsigned verb, unsigned told)
{
	static const char begin[] = "  others:";
	int column = printf("%s", begin);

	for (size_t i = 0; i < OPTIONS; i++) {
		char option[64];

		if ((table[i].verbs & verb) == 0 || (table[i].verbs & told) != 0)
			continue;
		column += 1 + write_option(i, option, sizeof(option));
		if (column > WIDTH)
			column = printf("\n%*s", (int)strlen(begin), "") + (int)strlen(option);
		printf(" %s", option);
	}
	putchar('\n');
}

void arguments_print_usage(const struct arguments *arguments)
{
	unsigned told = arguments->records ? TOLD_BY_RECORD : TOLD_BY_RUN;

	printf("usage: phaselock %s [OPTIONS] [--] PROGRAM [ARGUMENTS...]\n",
	       arguments->records ? "record" : "run");
	for (size_t i = 0; i < OPTIONS; i++) {
		char option[64];

		if ((table[i].verbs & told) == 0)
			continue;
		write_option(i, option, sizeof(option));
		printf("  %-27s %s\n", option, table[i].meaning);
	}
	print_others(arguments->records ? RECORD : RUN, told);
	printf("SIGNAL: %s\n", pl_options_values("lock_signal"));
	if (arguments->records)
		puts("Violations are served and recorded, as --policy=allow has it.\n"
		     "Status: the program's own; 128+N if signal N ended it; 125 not recorded;\n"
		     "126 it cannot be run or guarded; 127 not found.");
	else
		puts("Status: the program's own; 128+N if signal N ended it; 99 violations;\n"
		     "125 not guarded or not checked; 126 it cannot be run or guarded; 127 not "
		     "found.");
	puts("PHASELOCK_OPTIONS holds as well. `man 1 phaselock` tells about each option.");
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
	if (strcmp(table[i].name, "quiet") == 0)
		return OPTION_QUIET;
	if (strcmp(table[i].name, "force") == 0)
		return OPTION_FORCE;
	if (strcmp(table[i].name, "frames") == 0)
		return OPTION_FRAMES;
	if (strcmp(table[i].name, "debug-path") == 0)
		return OPTION_DEBUG_PATH;
	if (strcmp(table[i].name, "debuginfod") == 0)
		return OPTION_DEBUGINFOD;
	return table[i].argument != NULL ? OPTION_LIBRARY : OPTION_HELP;
}

static void complain_of_missing(size_t i)
{
	if (table[i].key != NULL)
		choice_complain(table[i].name, NULL, pl_options_values(table[i].key));
	else if (strchr(table[i].argument, '|') != NULL)
		choice_complain(table[i].name, NULL, table[i].argument);
	else
		say("--%s needs a value", table[i].name);
}

/* Reads the options up to the program's name. */
static bool read_words(int count, char **words, struct arguments *arguments)
{
	const char *verb = arguments->records ? "record" : "run";
	struct option options[OPTIONS + 1] = {{0}};
	size_t places[OPTIONS], many = 0;
	int found, which;

	/*
	 * Each has a value of its own: getopt takes abbreviated options with one value for the
	 * same.
	 */
	for (size_t i = 0; i < OPTIONS; i++) {
		if ((table[i].verbs & (arguments->records ? RECORD : RUN)) == 0)
			continue;
		places[many] = i;
		options[many++] = (struct option){table[i].name, table[i].argument != NULL, NULL,
						  LONG_ONLY + (int)i};
	}
	while ((found = words_next(verb, count, words, "+:hq", options, &which)) != -1) {
		size_t place = places[found == 'h' || found == 'q' ? 0 : (size_t)which];

		if (found == ':')
			complain_of_missing((size_t)(optopt - LONG_ONLY));
		if (found == ':' || found == '?') /* what is wrong has been said */
			return false;
		switch (found == 'h' ? OPTION_HELP : found == 'q' ? OPTION_QUIET : kind(place)) {
		case OPTION_KEY:
			if (!arguments_set_key(arguments, table[place].name, table[place].key,
					       optarg != NULL ? optarg : table[place].value))
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
		case OPTION_QUIET:
			arguments->quiet = true;
			break;
		case OPTION_FORCE:
			arguments->force = true;
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
		case OPTION_FRAMES:
			if (!arguments_set_frames(arguments, optarg))
				return false;
			break;
		case OPTION_HELP:
			arguments->help = true;
			return true;
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
		choice_complain("allocator", allocator, ALLOCATORS);
		return false;
	}
	if (arguments->library == NULL)
		return true;
	say("--allocator and --library both name the library; give one of them");
	return false;
}

/* Where the record goes if nothing is said: beside nothing of the program's, with its name. */
static bool choose_output(struct arguments *arguments)
{
	const char *program = arguments->program[0], *slash = strrchr(program, '/');
	char *name;

	if (arguments->output == NULL) {
		if (asprintf(&name, "%s.phaselock", slash != NULL ? slash + 1 : program) < 0)
			return false;
		arguments->output = name;
	}
	return true;
}

bool arguments_read(int count, char **words, struct arguments *arguments)
{
	const char *given = getenv(PL_OPTIONS_VARIABLE);
	bool records = arguments->records;

	*arguments = (struct arguments){
		.records = records,
		.profile_frames = records ? ARGUMENTS_FRAMES : 0,
	};
	if (asprintf(&arguments->options_text, "%s%s", records ? "policy=allow:" : "",
		     given != NULL ? given : "") < 0 ||
	    !read_words(count, words, arguments))
		return false;
	if (arguments->help)
		return true;
	if (*arguments->program == NULL) {
		say("no program to run; `phaselock %s --help` tells how to name one",
		    records ? "record" : "run");
		return false;
	}
	return check_library(arguments) && arguments_check(arguments) &&
	       (!records || choose_output(arguments));
}
