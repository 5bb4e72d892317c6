/* SPDX-License-Identifier: MIT */
/*
 * The table of results for a terminal, a line an operation. It must not know where the results are
 * from.
 */
#define _GNU_SOURCE
#include "results_table.h"

#include "common/format.h"
#include "escape.h"

#include <inttypes.h>

/* "0 to 2 allocations": nothing if nothing was checked. */
static void write_range(FILE *stream, const struct results_row *row, enum results_count which,
			const char *unit)
{
	const struct results_range *range = &row->counts[which];

	if (row->checked == 0)
		return;
	if (range->smallest != range->largest)
		fprintf(stream, "%" PRId64 " to ", range->smallest);
	fprintf(stream, "%" PRId64 " %s%s", range->largest, unit, range->largest == 1 ? "" : "s");
}

static void write_row(FILE *stream, const struct results_row *row)
{
	const struct results_line *line = &row->line;
	int64_t worst = row->verdicts[line->verdict];

	fprintf(stream, "  %-9s  ", results_verdict_name(line->verdict));
	escape_write(line->program, stream);
	fputs("  ", stream);
	escape_write(line->operation, stream);
	fputs(": ", stream);
	escape_write(line->assertion, stream);
	fputs(row->checked > 0 ? "  " : "", stream);
	write_range(stream, row, RESULTS_ALLOCATIONS, "allocation");
	fputs(row->checked > 0 ? ", " : "", stream);
	write_range(stream, row, RESULTS_BYTES, "byte");
	if (row->runs > 1 && worst != row->runs)
		fprintf(stream, "  in %" PRId64 " of %" PRId64 " runs", worst, row->runs);
	if (line->verdict != RESULTS_HOLDS) {
		fputs("  ", stream);
		escape_write(pl_base_name(line->file), stream);
		fprintf(stream, ":%" PRId64, line->line);
	}
	fputc('\n', stream);
}

void results_write_verdict(const struct results_table *table, FILE *stream)
{
	const char *separator = ": ";

	switch (results_table_verdict(table)) {
	case RESULTS_HOLDS:
		fputs("PASS", stream);
		break;
	case RESULTS_FAILED:
		fputs("FAIL", stream);
		break;
	default:
		fputs("not checked", stream);
		break;
	}
	for (unsigned i = RESULTS_VERDICTS; i-- > 0;) {
		if (table->total.rows[i] == 0)
			continue;
		fprintf(stream, "%s%s: %" PRId64, separator,
			results_verdict_name((enum results_verdict)i), table->total.rows[i]);
		separator = ", ";
	}
	fputc('\n', stream);
}

bool results_write_text(const struct results_table *table, FILE *stream)
{
	for (size_t i = 0; i < table->count; i++)
		write_row(stream, table->rows[i]);
	results_write_verdict(table, stream);
	return fflush(stream) == 0 && !ferror(stream);
}
