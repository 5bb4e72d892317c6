/* SPDX-License-Identifier: MIT */
/*
 * The table: a row a line, the largest first. It must not know what a row is made of.
 */
#define _GNU_SOURCE
#include "screen_line.h"

#include "escape.h"
#include "frame.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A line that is too long is better than one without a name. */
#define NAME_LEAST 8

/* Widths of the columns before the name, for the rows that are shown. */
struct table {
	const struct screen_options *options;
	int count, entry, bytes;
};

/* What several entry points of a family are called together. */
static const char *entry_of(const struct group_row *row)
{
	static const char *const families[] = {"malloc...", "new...", "free...", "delete...",
					       "several"};

	return row->entry != NULL ? row->entry : families[row->family];
}

static bool has_entries(const struct screen_options *options)
{
	return options->by == GROUP_SITES || options->by == GROUP_FUNCTIONS;
}

static int larger(int width, int other)
{
	return width > other ? width : other;
}

static struct table measure(const struct group_row *rows, size_t count,
			    const struct screen_options *options)
{
	struct table table = {.options = options};

	for (size_t i = 0; i < count; i++) {
		char bytes[SCREEN_BYTES_SIZE], number[24];

		table.bytes = larger(table.bytes, (int)strlen(screen_bytes(rows[i].bytes, bytes)));
		table.count = larger(table.count,
				     snprintf(number, sizeof(number), "%" PRIu64, rows[i].count));
		if (has_entries(options))
			table.entry = larger(table.entry, (int)screen_columns(entry_of(&rows[i])));
	}
	return table;
}

/* " < caller < its caller", as far as there is room. */
static void print_callers(FILE *out, const struct report_site *site, size_t columns)
{
	size_t depth = screen_depth(site);

	for (size_t i = site->origin + 1; i < depth; i++) {
		const char *function = site->frames[i].function;
		size_t needed;

		if (function == NULL || frame_is_runtime(&site->frames[i]))
			continue;
		needed = screen_put_link(out, '<', (struct slice){function, strlen(function)},
					 columns);
		if (needed > columns)
			return;
		columns -= needed;
	}
}

/* The function or its like, and where it is. */
static void print_name(FILE *out, const struct table *table, const struct group_row *row,
		       size_t columns)
{
	const struct report_frame *origin = row->origin;
	char *name = row->name.start != NULL ? strndup(row->name.start, row->name.length) : NULL;
	char *shorter = NULL;
	struct screen_where where = {0};
	size_t used;

	if (has_entries(table->options) && origin != NULL)
		where = (struct screen_where){
			.module = origin->module,
			.file = row->one_file ? origin->file : NULL,
			.line = row->one_line ? origin->line : 0,
			.offset = name == NULL ? origin->offset : 0,
		};
	if (has_entries(table->options) && name != NULL) {
		struct slice part = frame_short_name(name);

		shorter = strndup(part.start, part.length);
	}
	used = screen_put_place(out, table->options, name, shorter, &where, columns);
	free(name);
	free(shorter);
	if (table->options->by == GROUP_SITES && origin != NULL)
		print_callers(out, row->site, columns - used);
	else if (table->options->by == GROUP_FUNCTIONS && row->called != NULL)
		screen_put_called(out, row->called->function, columns - used);
	else if (!has_entries(table->options))
		fprintf(out, "  %zu site%s", row->sites, row->sites == 1 ? "" : "s");
}

static void print_row(FILE *out, const struct table *table, const struct group_row *row)
{
	const struct screen_options *options = table->options;
	size_t before = 2 + (size_t)table->count + 2 + 2 + (size_t)table->bytes + 2;
	size_t behind = has_entries(options) ? 0 : 16; /* of "  12345678 sites" */
	char bytes[SCREEN_BYTES_SIZE];

	screen_style(out, options, SCREEN_BOLD);
	fprintf(out, "  %*" PRIu64 " x", table->count, row->count);
	screen_style(out, options, SCREEN_PLAIN);
	if (has_entries(options)) {
		before += 1 + (size_t)table->entry;
		fputc(' ', out);
		escape_write(entry_of(row), out);
		fprintf(out, "%*s", table->entry - (int)screen_columns(entry_of(row)), "");
	}
	fprintf(out, "  %*s  ", table->bytes, screen_bytes(row->bytes, bytes));
	before += behind + NAME_LEAST;
	print_name(out, table, row,
		   NAME_LEAST + (options->width > before ? options->width - before : 0));
	fputc('\n', out);
}

/* How many rows have room, with a line for the rest and one for what was lost. */
static size_t count_shown(const struct group_rows *rows, const struct report *report,
			  const struct screen_options *options)
{
	size_t shown = options->height - (report->sites_lost > 0);

	if (options->top > 0)
		return options->top < rows->count ? options->top : rows->count;
	return rows->count <= shown ? rows->count : shown - 1;
}

bool screen_print_table(FILE *out, const struct report *report,
			const struct screen_options *options)
{
	struct group_rows rows;
	struct table table;
	size_t shown, sites = 0;
	uint64_t violations = 0;

	if (!group_rows(report, options->by, options->order, &rows))
		return false;
	shown = count_shown(&rows, report, options);
	table = measure(rows.rows, shown, options);
	for (size_t i = 0; i < shown; i++)
		print_row(out, &table, &rows.rows[i]);
	for (size_t i = shown; i < rows.count; i++) {
		sites += rows.rows[i].sites;
		violations += rows.rows[i].count;
	}
	if (sites > 0)
		screen_print_rest(out, sites, violations);
	if (report->sites_lost > 0)
		screen_print_lost(out, report->sites_lost);
	group_rows_free(&rows);
	return true;
}
