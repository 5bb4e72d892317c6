/* SPDX-License-Identifier: MIT */
/*
 * The `phaselock` command: the table of its verbs. It must not know what a verb does.
 */
#include "escape.h"
#include "verb.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <phaselock/phaselock.h>

static const struct {
	const char *name;
	verb_function function;
	const char *meaning;
} verbs[] = {
	{"run", verb_run, "run a program under the guard, and say whether it kept the rule"},
	{"symbolize", verb_symbolize, "put function names, files and lines into reports"},
	{"results", verb_results, "make a table of what the assertions of tests came to"},
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void print_usage(FILE *stream)
{
	fputs("usage: phaselock VERB [ARGUMENTS...]\n"
	      "       phaselock --help | --version\n"
	      "verbs:\n",
	      stream);
	for (size_t i = 0; i < VERBS; i++)
		fprintf(stream, "  %-10s %s\n", verbs[i].name, verbs[i].meaning);
	fputs("`phaselock VERB --help` tells about one.\n", stream);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_usage(stderr);
		return STATUS_NOT_CHECKED;
	}
	if (strcmp(argv[1], "--help") == 0) {
		print_usage(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("phaselock %d.%d.%d\n", PHASELOCK_VERSION_MAJOR, PHASELOCK_VERSION_MINOR,
		       PHASELOCK_VERSION_PATCH);
		return 0;
	}
	for (size_t i = 0; i < VERBS; i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].function(argc - 1, argv + 1);
	fputs("phaselock: no verb \"", stderr);
	escape_write(argv[1], stderr);
	fputs("\"; `phaselock --help` lists them\n", stderr);
	return STATUS_NOT_CHECKED;
}
