/* SPDX-License-Identifier: MIT */
/*
 * The `phaselock` command: the table of its verbs. It must not know what a verb does.
 */
#define _GNU_SOURCE
#include "common/near.h"
#include "escape.h"
#include "verb.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <phaselock/phaselock.h>

static const struct {
	const char *name;
	verb_function function;
	const char *meaning;
} verbs[] = {
	{"run", verb_run, "run a program under the guard, and say whether it kept the rule"},
	{"record", verb_record, "run a program, and record its requests by call stack and thread"},
	{"report", verb_report, "tell what is in records of runs, or results of tests, in a form"},
	{"symbolize", verb_symbolize, "put function names, files and lines into reports"},
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void print_usage(FILE *stream)
{
	fputs("usage: phaselock VERB [ARGUMENTS...]\n"
	      "       phaselock -h | --help | --version\n"
	      "verbs:\n",
	      stream);
	for (size_t i = 0; i < VERBS; i++)
		fprintf(stream, "  %-10s %s\n", verbs[i].name, verbs[i].meaning);
	fputs("`phaselock VERB --help` tells about one.\n", stream);
}

static void complain(const char *word)
{
	static const char *const options[] = {"--help", "--version"};
	struct pl_near near = pl_near_to(word, strlen(word));

	for (size_t i = 0; i < VERBS; i++)
		pl_near_offer(&near, verbs[i].name, strlen(verbs[i].name));
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		pl_near_offer(&near, options[i], strlen(options[i]));
	if (strcmp(word, "results") == 0) { /* was one */
		fputs("phaselock: no verb \"results\"; use `phaselock report FILE...`\n", stderr);
		return;
	}
	fputs("phaselock: no verb \"", stderr);
	escape_write(word, stderr);
	fputs("\"", stderr);
	if (near.best[0] != '\0')
		fprintf(stderr, " (did you mean %s?)", near.best);
	fputs("; `phaselock --help` lists them\n", stderr);
}

/*
 * Keeps a standard stream that was closed as it is, here and in a program that is run, but lets no
 * file of the command's own take its number: what is written to the stream would go there. Reading
 * or writing an O_PATH descriptor fails as if it were closed. Returns false if none can be had.
 */
static bool occupy_closed_streams(void)
{
	int fd;

	do
		fd = open("/", O_PATH | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	return fd >= 0 && close(fd) == 0;
}

int main(int argc, char **argv)
{
	if (!occupy_closed_streams())
		return STATUS_NOT_CHECKED;
	if (argc < 2) {
		print_usage(stderr);
		return STATUS_NOT_CHECKED;
	}
	if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0) {
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
	complain(argv[1]);
	return STATUS_NOT_CHECKED;
}
