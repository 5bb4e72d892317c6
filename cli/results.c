/* SPDX-License-Identifier: MIT */
/*
 * Files of results: read, put together, and told in a form. It must not know what a line looks
 * like, nor how a table is written.
 */
#define _GNU_SOURCE
#include "results.h"

#include "results_table.h"
#include "say.h"
#include "verb.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Longer than any line that is written: one write() of at most PIPE_BUF. */
#define LINE_SIZE 8192

static const struct {
	const char *name;
	bool (*tell)(const struct results_table *table, FILE *stream);
} forms[] = {
	{"text", results_write_text},
	{"json", results_write_json},
	{"junit", results_write_junit},
	{"markdown", results_write_markdown},
};

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
		say("%s:%lu: %s", name, number, fault);
		return false;
	}
	if (!ferror(stream))
		return true;
	say("%s: cannot read it: %s", name, strerror(errno));
	return false;
}

static bool add_file(struct results_table *table, const char *name)
{
	FILE *stream = fopen(name, "re");
	bool is_whole;

	if (stream == NULL) {
		say("%s: cannot open it: %s", name, strerror(errno));
		return false;
	}
	is_whole = add_stream(table, stream, name);
	fclose(stream);
	return is_whole;
}

static int status_of(enum results_verdict verdict)
{
	if (verdict == RESULTS_HOLDS)
		return 0;
	return verdict == RESULTS_FAILED ? STATUS_VIOLATION : STATUS_NOT_CHECKED;
}

static int write_form(struct results_table *table, const char *form, bool quiet)
{
	results_table_close(table);
	if (quiet && strcmp(form, "text") == 0)
		results_write_verdict(table, stdout);
	else
		for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
			if (strcmp(forms[i].name, form) == 0)
				forms[i].tell(table, stdout);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status_of(results_table_verdict(table));
	say("cannot write: %s", strerror(errno));
	return STATUS_NOT_CHECKED;
}

int results_tell(char **files, const char *form, bool quiet)
{
	struct results_table table = {0};
	bool is_known = false, is_whole = true;
	int status = STATUS_NOT_CHECKED;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		is_known = is_known || strcmp(forms[i].name, form) == 0;
	if (!is_known) {
		say("--format=%s: results of tests are told as text, json, junit or markdown",
		    form);
		return STATUS_NOT_CHECKED;
	}
	for (; *files != NULL && is_whole; files++)
		is_whole = add_file(&table, *files);
	if (is_whole)
		status = write_form(&table, form, quiet);
	results_table_free(&table);
	return status;
}
