/* SPDX-License-Identifier: MIT */
/*
 * The table of results as JSON. It must not know where the results are from.
 */
#include "emit.h"
#include "results_table.h"

static const char *const count_names[RESULTS_COUNTS] = {
	[RESULTS_ALLOCATIONS] = "allocations",
	[RESULTS_BYTES] = "bytes",
	[RESULTS_DEALLOCATIONS] = "deallocations",
	[RESULTS_LEAKED] = "leaked_blocks",
};

/* jansson's functions accept NULL for a value and fail, so only the end is checked. */

static json_t *verdicts_of(const int64_t verdicts[RESULTS_VERDICTS])
{
	return json_pack("{s:I, s:I, s:I, s:I}", "holds", verdicts[RESULTS_HOLDS], "failed",
			 verdicts[RESULTS_FAILED], "not_armed", verdicts[RESULTS_NOT_ARMED],
			 "skipped", verdicts[RESULTS_SKIPPED]);
}

static json_t *range_of(const struct results_row *row, size_t which)
{
	const struct results_range *range = &row->counts[which];

	return row->checked == 0 ? json_null()
				 : json_pack("{s:I, s:I}", "smallest", range->smallest, "largest",
					     range->largest);
}

static json_t *row_of(const struct results_row *row)
{
	const struct results_line *line = &row->line;
	json_t *object =
		json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:s, s:I, s:o}", "program",
			  emit_name(line->program), "test", emit_name(line->test), "operation",
			  emit_name(line->operation), "assertion", emit_name(line->assertion),
			  "file", emit_name(line->file), "line", line->line, "verdict",
			  results_verdict_name(line->verdict), "runs", row->runs, "verdicts",
			  verdicts_of(row->verdicts));

	for (size_t i = 0; i < RESULTS_COUNTS; i++) {
		if (json_object_set_new(object, count_names[i], range_of(row, i)) == 0)
			continue;
		json_decref(object);
		return NULL;
	}
	return object;
}

static json_t *rows_of(const struct results_table *table)
{
	json_t *array = json_array();

	for (size_t i = 0; i < table->count; i++) {
		if (json_array_append_new(array, row_of(table->rows[i])) == 0)
			continue;
		json_decref(array);
		return NULL;
	}
	return array;
}

static json_t *total_of(const struct results_table *table)
{
	const struct results_total *total = &table->total;
	const char *verdict = results_verdict_name(results_table_verdict(table));
	json_t *object =
		json_pack("{s:I, s:I, s:I, s:s, s:o}", "programs", (json_int_t)total->programs,
			  "operations", (json_int_t)table->count, "runs", total->runs, "verdict",
			  table->count > 0 ? verdict : "nothing was asserted", "verdicts",
			  verdicts_of(total->rows));

	for (size_t i = 0; i < RESULTS_COUNTS; i++) {
		if (json_object_set_new(object, count_names[i], json_integer(total->counts[i])) ==
		    0)
			continue;
		json_decref(object);
		return NULL;
	}
	return object;
}

bool results_write_json(const struct results_table *table, FILE *stream)
{
	json_t *root = json_pack("{s:i, s:o, s:o}", "version", 1, "operations", rows_of(table),
				 "total", total_of(table));
	bool written = root != NULL && json_dumpf(root, stream, JSON_INDENT(2)) == 0;

	putc('\n', stream);
	json_decref(root);
	return written && fflush(stream) == 0 && !ferror(stream);
}
