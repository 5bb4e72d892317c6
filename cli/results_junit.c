/* SPDX-License-Identifier: MIT */
/*
 * The table of results as JUnit XML: a suite for each program, a test for each operation. It must
 * not know where the results are from.
 */
#define _GNU_SOURCE
#include "emit.h"
#include "escape.h"
#include "junit.h"
#include "results_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static enum junit_outcome element_of(enum results_verdict verdict)
{
	static const enum junit_outcome elements[RESULTS_VERDICTS] = {
		[RESULTS_HOLDS] = JUNIT_PASSED,
		[RESULTS_SKIPPED] = JUNIT_SKIPPED,
		[RESULTS_NOT_ARMED] = JUNIT_ERROR,
		[RESULTS_FAILED] = JUNIT_FAILURE,
	};

	return elements[verdict];
}

/* Quoted, and to be freed. */
static char *name_of(const struct results_line *line)
{
	char *name;
	size_t length;
	FILE *out = emit_text(&name, &length);

	escape_write(line->operation, out);
	fputs(": ", out);
	escape_write(line->assertion, out);
	emit_text_end(out);
	return name;
}

/* "failed in 2 of 3, parse.c:12; allocations: 0 to 2, bytes: 0 to 32", quoted, and to be freed. */
static char *message_of(const struct results_row *row)
{
	const struct results_line *line = &row->line;
	const struct results_range *allocations = &row->counts[RESULTS_ALLOCATIONS];
	const struct results_range *bytes = &row->counts[RESULTS_BYTES];
	char *message;
	size_t length;
	FILE *out = emit_text(&message, &length);

	fprintf(out, "%s in %" PRId64 " of %" PRId64 ", ", results_verdict_name(line->verdict),
		row->verdicts[line->verdict], row->runs);
	escape_write(line->file, out);
	fprintf(out, ":%" PRId64, line->line);
	if (row->checked > 0)
		fprintf(out,
			"; allocations: %" PRId64 " to %" PRId64 ", bytes: %" PRId64 " to %" PRId64,
			allocations->smallest, allocations->largest, bytes->smallest,
			bytes->largest);
	emit_text_end(out);
	return message;
}

static void write_row(xmlTextWriter *suite, const struct results_row *row)
{
	char *name = name_of(&row->line), *message = message_of(row);

	junit_begin(suite, "testcase");
	junit_attribute_of_name(suite, "classname", row->line.program);
	junit_attribute(suite, "name", name);
	junit_outcome(suite, element_of(row->line.verdict), results_verdict_name(row->line.verdict),
		      message, NULL);
	junit_end(suite);
	free(name);
	free(message);
}

static void write_suite(xmlTextWriter *suite, struct results_row *const *rows, size_t count)
{
	uint64_t of[JUNIT_SKIPPED + 1] = {0};

	for (size_t i = 0; i < count; i++)
		of[element_of(rows[i]->line.verdict)]++;
	junit_begin(suite, "testsuite");
	junit_attribute_of_name(suite, "name", rows[0]->line.program);
	junit_attribute_of_count(suite, "tests", count);
	junit_attribute_of_count(suite, "failures", of[JUNIT_FAILURE]);
	junit_attribute_of_count(suite, "errors", of[JUNIT_ERROR]);
	junit_attribute_of_count(suite, "skipped", of[JUNIT_SKIPPED]);
	for (size_t i = 0; i < count; i++)
		write_row(suite, rows[i]);
	junit_end(suite);
}

/* How many rows at the beginning are of one program. */
static size_t of_one_program(struct results_row *const *rows, size_t count)
{
	size_t same = 1;

	while (same < count && strcmp(rows[same]->line.program, rows[0]->line.program) == 0)
		same++;
	return same;
}

bool results_write_junit(const struct results_table *table, FILE *stream)
{
	xmlTextWriter *suite = junit_open(stream);

	junit_begin(suite, "testsuites");
	for (size_t i = 0, same; i < table->count; i += same) {
		same = of_one_program(table->rows + i, table->count - i);
		write_suite(suite, table->rows + i, same);
	}
	junit_close(suite);
	return fflush(stream) == 0 && !ferror(stream);
}
