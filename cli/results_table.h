/* SPDX-License-Identifier: MIT */
/*
 * The table of results: lines of the same program, operation and assertion are one row.
 */
#ifndef CLI_RESULTS_TABLE_H
#define CLI_RESULTS_TABLE_H

#include "results_line.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct results_range {
	int64_t smallest, largest;
};

struct results_row {
	struct results_line line; /* the first of those with the worst verdict; without counts */
	char *program, *operation, *assertion, *test, *file; /* its texts, which the row owns */
	int64_t verdicts[RESULTS_VERDICTS];
	int64_t runs;	 /* all of them */
	int64_t checked; /* those that hold or failed: the counts are theirs */
	struct results_range counts[RESULTS_COUNTS];
	size_t order;
};

struct results_total {
	size_t programs;
	int64_t rows[RESULTS_VERDICTS]; /* by verdict */
	int64_t runs;
	int64_t counts[RESULTS_COUNTS]; /* of all runs */
};

struct results_table {
	struct results_row **rows;
	size_t count, capacity;
	void *index;
	struct results_total total;
};

/* Adds a line. Returns false if there is no memory. */
bool results_table_add(struct results_table *table, const struct results_line *line);

/*
 * Puts the rows into their order, by program and then as they came, and adds up the total. Nothing
 * can be added then.
 */
void results_table_close(struct results_table *table);

/* What the whole table came to: the worst of its rows. An empty one counts as not armed. */
enum results_verdict results_table_verdict(const struct results_table *table);

/* Frees what it holds. */
void results_table_free(struct results_table *table);

/* These write it. They return false if that failed. */
bool results_write_text(const struct results_table *table, FILE *stream);
bool results_write_junit(const struct results_table *table, FILE *stream);
bool results_write_markdown(const struct results_table *table, FILE *stream);
bool results_write_json(const struct results_table *table, FILE *stream);

/* Writes what all came to, in a line; the caller checks the stream. */
void results_write_verdict(const struct results_table *table, FILE *stream);

#endif
