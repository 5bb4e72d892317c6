/* SPDX-License-Identifier: MIT */
/*
 * `phaselock results`: makes one table of files of results. It must not know what a line looks
 * like, nor how a table is written.
 */
#include "common/base.h"
#include "results_table.h"
#include "say.h"
#include "verb.h"
#include "words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Longer than any line that is written: one write() of at most PIPE_BUF. */
#define LINE_SIZE 8192

struct words {
	char **files;
	bool json, help;
};

static void PL_PRINTF(1, 2) complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_as("results", format, arguments);
	va_end(arguments);
}

static void print_usage(void)
{
	puts("usage: phaselock results [--markdown | --json] FILE...\n"
	     "  --markdown                 a table (default)\n"
	     "  --json                     the same and more, for programs\n"
	     "  -h, --help                 print this\n"
	     "Prints what became of each operation in files that PHASELOCK_RESULTS=FILE made\n"
	     "libphaselock-test write.\n"
	     "Status: 0 all hold; 99 one failed; 125 one was not checked, nothing was\n"
	     "asserted, or a FILE is bad.");
}

static bool read_words(int count, char **words, struct words *result)
{
	static const struct option options[] = {
		{"markdown", no_argument, NULL, 'm'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int found;

	while ((found = words_next("results", count, words, "h", options, NULL)) != -1) {
		if (found == 'h')
			result->help = true;
		else if (found == 'm' || found == 'j')
			result->json = found == 'j';
		else /* what is wrong has been said */
			return false;
	}
	result->files = words + optind;
	if (*result->files != NULL || result->help)
		return true;
	complain("no file; `phaselock results --help` tells what to give");
	return false;
}

/* Adds one line to the table. Returns NULL, or what is wrong with it. */
static const char *add_line(struct results_table *table, char *text)
{
	char *end = strchr(text, '\n');
	struct results_line line;
	const char *fault;

	if (end == NULL) /* or there is a NUL in it */
		return "it is cut";
	*end = '\0';
	fault = results_line_read(text, &line);
	if (fault == NULL && !results_table_add(table, &line))
		fault = "no memory";
	return fault;
}

static bool add_stream(struct results_table *table, FILE *stream, const char *name)
{
	static char text[LINE_SIZE];
	const char *fault;

	for (unsigned long number = 1; fgets(text, sizeof(text), stream) != NULL; number++) {
		fault = add_line(table, text);
		if (fault == NULL)
			continue;
		complain("%s:%lu: %s", name, number, fault);
		return false;
	}
	if (!ferror(stream))
		return true;
	complain("cannot read %s: %s", name, strerror(errno));
	return false;
}

static bool add_file(struct results_table *table, const char *name)
{
	FILE *stream = fopen(name, "re");
	bool whole;

	if (stream == NULL) {
		complain("cannot open %s: %s", name, strerror(errno));
		return false;
	}
	whole = add_stream(table, stream, name);
	fclose(stream);
	return whole;
}

static int status_of(enum results_verdict verdict)
{
	if (verdict == RESULTS_HOLDS)
		return 0;
	return verdict == RESULTS_FAILED ? STATUS_VIOLATION : STATUS_NOT_CHECKED;
}

static int print(struct results_table *table, bool json)
{
	bool written;

	results_table_close(table);
	written = json ? results_write_json(table, stdout) : results_write_markdown(table, stdout);
	if (written)
		return status_of(results_table_verdict(table));
	complain("cannot write: %s", strerror(errno));
	return STATUS_NOT_CHECKED;
}

int verb_results(int count, char **words)
{
	struct results_table table = {0};
	struct words choice = {0};
	bool whole = true;
	int status;

	if (!read_words(count, words, &choice))
		return STATUS_NOT_CHECKED;
	if (choice.help) {
		print_usage();
		return 0;
	}
	for (char **file = choice.files; *file != NULL && whole; file++)
		whole = add_file(&table, *file);
	status = whole ? print(&table, choice.json) : STATUS_NOT_CHECKED;
	results_table_free(&table);
	return status;
}
