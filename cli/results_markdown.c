/* SPDX-License-Identifier: MIT */
/*
 * The table of results as Markdown, names in it as code. It must not know where the results are
 * from.
 */
#include "escape.h"
#include "results_table.h"

#include <inttypes.h>

static void write_range(FILE *stream, const struct results_row *row, enum results_count which)
{
	const struct results_range *range = &row->counts[which];

	if (row->checked == 0)
		fputs(" | ", stream);
	else if (range->smallest == range->largest)
		fprintf(stream, " | %" PRId64, range->largest);
	else
		fprintf(stream, " | %" PRId64 " to %" PRId64, range->smallest, range->largest);
}

/* Only what holds in every run gets a tick; anything else says where it is written. */
static void write_verdict(FILE *stream, const struct results_row *row)
{
	int64_t worst = row->verdicts[row->line.verdict];

	if (row->line.verdict == RESULTS_HOLDS) {
		fputs(" | ✓ |\n", stream);
		return;
	}
	fprintf(stream, " | %s%s", row->line.verdict == RESULTS_FAILED ? "✗ " : "",
		results_verdict_name(row->line.verdict));
	if (worst != row->runs)
		fprintf(stream, " in %" PRId64 " of %" PRId64, worst, row->runs);
	fputs(", ", stream);
	escape_write_code(row->line.file, stream);
	fprintf(stream, ":%" PRId64 " |\n", row->line.line);
}

static void write_row(FILE *stream, const struct results_row *row)
{
	fputs("| ", stream);
	escape_write_code(row->line.program, stream);
	fputs(" | ", stream);
	escape_write_code(row->line.operation, stream);
	fputs(" | ", stream);
	escape_write_code(row->line.assertion, stream);
	fprintf(stream, " | %" PRId64, row->runs);
	write_range(stream, row, RESULTS_ALLOCATIONS);
	write_range(stream, row, RESULTS_BYTES);
	write_verdict(stream, row);
}

static void write_total(FILE *stream, const struct results_table *table)
{
	const struct results_total *total = &table->total;
	enum results_verdict verdict = results_table_verdict(table);
	const char *separator = "";

	fprintf(stream,
		"| **total** | programs: %zu | operations: %zu | %" PRId64 " | %" PRId64
		" | %" PRId64 " | ",
		total->programs, table->count, total->runs, total->counts[RESULTS_ALLOCATIONS],
		total->counts[RESULTS_BYTES]);
	if (verdict == RESULTS_HOLDS || verdict == RESULTS_FAILED)
		fputs(verdict == RESULTS_HOLDS ? "✓ " : "✗ ", stream);
	for (unsigned i = 0; i < RESULTS_VERDICTS; i++) {
		if (total->rows[i] == 0)
			continue;
		fprintf(stream, "%s%s: %" PRId64, separator,
			results_verdict_name((enum results_verdict)i), total->rows[i]);
		separator = ", ";
	}
	fprintf(stream, "%s |\n", table->count == 0 ? "nothing was asserted" : "");
}

bool results_write_markdown(const struct results_table *table, FILE *stream)
{
	fputs("| Program | Operation | Asserted | Runs | Allocations | Bytes | Verdict |\n"
	      "|---|---|---|--:|--:|--:|---|\n",
	      stream);
	for (size_t i = 0; i < table->count; i++)
		write_row(stream, table->rows[i]);
	write_total(stream, table);
	return fflush(stream) == 0 && !ferror(stream);
}
