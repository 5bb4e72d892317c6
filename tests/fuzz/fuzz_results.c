/* SPDX-License-Identifier: MIT */
/*
 * Files of results, and the tables that are made of them. Whatever stands in a line: the JSON is
 * JSON, and each row of the Markdown is one line with as many cells as the first.
 */
#define _GNU_SOURCE
#include "fuzz.h"
#include "markdown.h"
#include "results_table.h"

#include <jansson.h>

static void check_json(const struct results_table *table)
{
	char *text = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);
	json_t *read;

	CHECK(stream != NULL && results_write_json(table, stream));
	fclose(stream);
	read = json_loadb(text, length, 0, NULL);
	CHECK(read != NULL);
	json_decref(read);
	free(text);
}

static void check_markdown(const struct results_table *table)
{
	char *text = NULL;
	size_t length = 0, rows = 0, width = 0;
	FILE *stream = open_memstream(&text, &length);

	CHECK(stream != NULL && results_write_markdown(table, stream));
	fclose(stream);
	for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		if (*line != '|')
			continue;
		width = rows++ == 0 ? markdown_cells(line, end) : width;
		CHECK(markdown_cells(line, end) == width);
	}
	CHECK(rows >= table->count);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	char *text = input_text(&input);
	struct results_table table = {0};

	for (char *line = text, *next; line != NULL; line = next) {
		struct results_line read;

		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		if (results_line_read(line, &read) == NULL)
			CHECK(results_table_add(&table, &read));
	}
	results_table_close(&table);
	CHECK(results_table_verdict(&table) < RESULTS_VERDICTS);
	check_json(&table);
	check_markdown(&table);
	results_table_free(&table);
	free(text);
	return 0;
}
