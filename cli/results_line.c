/* SPDX-License-Identifier: MIT */
/*
 * Reads one line of results. It must not know what is made of it.
 */
#define _GNU_SOURCE
#include "results_line.h"

#include "escape.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define VERSION "1"

enum field {
	FIELD_MAGIC,
	FIELD_PROGRAM,
	FIELD_TEST,
	FIELD_OPERATION,
	FIELD_ASSERTION,
	FIELD_FILE,
	FIELD_LINE,
	FIELD_COUNTS,
	FIELD_VERDICT = FIELD_COUNTS + RESULTS_COUNTS,
	FIELDS,
};

static const char *const verdicts[RESULTS_VERDICTS] = {
	[RESULTS_HOLDS] = "holds",
	[RESULTS_SKIPPED] = "skipped",
	[RESULTS_NOT_ARMED] = "not armed",
	[RESULTS_FAILED] = "failed",
};

const char *results_verdict_name(enum results_verdict verdict)
{
	return verdicts[verdict];
}

/* Returns how many there are, FIELDS + 1 if there are more. */
static size_t split(char *text, char *fields[FIELDS])
{
	size_t count = 0;
	char *field;

	while ((field = strsep(&text, "\t")) != NULL && count < FIELDS)
		fields[count++] = field;
	return count + (field != NULL);
}

static bool has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if ((*text > 0 && *text < ' ') || *text == 127)
			return true;
	return false;
}

static bool read_number(const char *text, int64_t *number)
{
	unsigned long long value;

	if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text))
		return false;
	errno = 0;
	value = strtoull(text, NULL, 10);
	*number = value < INT64_MAX ? (int64_t)value : INT64_MAX;
	return errno == 0;
}

static bool read_verdict(const char *text, enum results_verdict *verdict)
{
	for (unsigned i = 0; i < RESULTS_VERDICTS; i++) {
		if (strcmp(text, verdicts[i]) != 0)
			continue;
		*verdict = (enum results_verdict)i;
		return true;
	}
	return false;
}

static const char *read_fields(char *fields[FIELDS], struct results_line *line)
{
	for (size_t i = 0; i < FIELDS; i++) {
		if (has_control(fields[i]))
			return "a control character";
		escape_undo_here(fields[i]);
	}
	line->program = fields[FIELD_PROGRAM];
	line->test = fields[FIELD_TEST];
	line->operation = fields[FIELD_OPERATION];
	if (line->operation[0] == '\0')
		line->operation = line->test[0] != '\0' ? line->test : line->program;
	line->assertion = fields[FIELD_ASSERTION];
	line->file = fields[FIELD_FILE];
	if (!read_number(fields[FIELD_LINE], &line->line))
		return "its line is no number";
	for (size_t i = 0; i < RESULTS_COUNTS; i++)
		if (!read_number(fields[FIELD_COUNTS + i], &line->counts[i]))
			return "a count is no number";
	if (!read_verdict(fields[FIELD_VERDICT], &line->verdict))
		return "no such verdict";
	return NULL;
}

const char *results_line_read(char *text, struct results_line *line)
{
	char *fields[FIELDS];
	size_t count = split(text, fields);

	if (strncmp(text, RESULTS_MAGIC, strlen(RESULTS_MAGIC)) != 0)
		return "no result of libphaselock-test";
	if (strcmp(text, RESULTS_MAGIC VERSION) != 0)
		return "of another version of libphaselock-test";
	if (count != FIELDS)
		return count < FIELDS ? "it is cut" : "too many fields";
	return read_fields(fields, line);
}
