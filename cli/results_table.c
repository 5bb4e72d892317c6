/* SPDX-License-Identifier: MIT */
/*
 * Merges the lines of several runs. It must not know where they are from, nor how a table looks.
 */
#define _GNU_SOURCE
#include "results_table.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int compare_keys(const void *a, const void *b)
{
	const struct results_row *left = a, *right = b;
	int order = strcmp(left->line.program, right->line.program);

	if (order == 0)
		order = strcmp(left->line.operation, right->line.operation);
	return order != 0 ? order : strcmp(left->line.assertion, right->line.assertion);
}

static int compare_places(const void *a, const void *b)
{
	const struct results_row *left = *(struct results_row *const *)a;
	const struct results_row *right = *(struct results_row *const *)b;
	int order = strcmp(left->line.program, right->line.program);

	return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

/* Adds numbers; a sum that is too large becomes the largest number. */
static void add(int64_t *sum, int64_t number)
{
	if (__builtin_add_overflow(*sum, number, sum))
		*sum = INT64_MAX;
}

/* Makes the place of a line the place of the row, which owns its texts. */
static bool take_place(struct results_row *row, const struct results_line *line)
{
	free(row->test);
	free(row->file);
	row->line.test = row->test = strdup(line->test);
	row->line.file = row->file = strdup(line->file);
	row->line.line = line->line;
	row->line.verdict = line->verdict;
	return row->test != NULL && row->file != NULL;
}

static bool take_key(struct results_row *row, const struct results_line *line)
{
	row->line.program = row->program = strdup(line->program);
	row->line.operation = row->operation = strdup(line->operation);
	row->line.assertion = row->assertion = strdup(line->assertion);
	return row->program != NULL && row->operation != NULL && row->assertion != NULL;
}

static bool make_room(struct results_table *table)
{
	size_t capacity = table->capacity * 2 + 64;
	struct results_row **rows;

	if (table->count < table->capacity)
		return true;
	rows = reallocarray(table->rows, capacity, sizeof(struct results_row *));
	if (rows == NULL)
		return false;
	table->rows = rows;
	table->capacity = capacity;
	return true;
}

static struct results_row *new_row(struct results_table *table, const struct results_line *line)
{
	struct results_row *row = make_room(table) ? calloc(1, sizeof(*row)) : NULL;

	if (row == NULL)
		return NULL;
	row->order = table->count;
	table->rows[table->count++] = row;
	if (!take_key(row, line) || !take_place(row, line))
		return NULL;
	return tsearch(row, &table->index, compare_keys) != NULL ? row : NULL;
}

static void free_row(struct results_row *row)
{
	free(row->program);
	free(row->operation);
	free(row->assertion);
	free(row->test);
	free(row->file);
	free(row);
}

static void keep_row(void *row)
{
	(void)row; /* the rows are freed by their array */
}

void results_table_free(struct results_table *table)
{
	tdestroy(table->index, keep_row);
	for (size_t i = 0; i < table->count; i++)
		free_row(table->rows[i]);
	free(table->rows);
}

static struct results_row *row_of(struct results_table *table, const struct results_line *line)
{
	struct results_row key = {.line = *line};
	struct results_row **found = tfind(&key, &table->index, compare_keys);

	return found != NULL ? *found : new_row(table, line);
}

static void count_line(struct results_row *row, const struct results_line *line)
{
	for (size_t i = 0; i < RESULTS_COUNTS; i++) {
		struct results_range *range = &row->counts[i];
		int64_t count = line->counts[i];

		if (row->checked == 0 || count < range->smallest)
			range->smallest = count;
		if (row->checked == 0 || count > range->largest)
			range->largest = count;
	}
	row->checked++;
}

bool results_table_add(struct results_table *table, const struct results_line *line)
{
	struct results_row *row = row_of(table, line);

	if (row == NULL)
		return false;
	if (line->verdict > row->line.verdict && !take_place(row, line))
		return false;
	row->runs++;
	row->verdicts[line->verdict]++;
	table->total.runs++;
	if (line->verdict != RESULTS_HOLDS && line->verdict != RESULTS_FAILED)
		return true;
	count_line(row, line);
	for (size_t i = 0; i < RESULTS_COUNTS; i++)
		add(&table->total.counts[i], line->counts[i]);
	return true;
}

void results_table_close(struct results_table *table)
{
	const char *program = NULL;

	if (table->count > 0)
		qsort(table->rows, table->count, sizeof(struct results_row *), compare_places);
	for (size_t i = 0; i < table->count; i++) {
		const struct results_line *line = &table->rows[i]->line;

		table->total.programs += program == NULL || strcmp(program, line->program) != 0;
		program = line->program;
		table->total.rows[line->verdict]++;
	}
}

enum results_verdict results_table_verdict(const struct results_table *table)
{
	unsigned worst = RESULTS_VERDICTS - 1;

	if (table->count == 0)
		return RESULTS_NOT_ARMED;
	while (table->total.rows[worst] == 0)
		worst--;
	return (enum results_verdict)worst;
}
