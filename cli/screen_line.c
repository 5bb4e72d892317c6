/* SPDX-License-Identifier: MIT */
/*
 * Texts in columns. It must not know what lines there are.
 */
#define _GNU_SOURCE
#include "screen_line.h"

#include "common/format.h"
#include "escape.h"
#include "frame.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char ellipsis[] = "...";
#define ELLIPSIS (sizeof(ellipsis) - 1)

/* A shorter piece of a name tells nothing. */
#define NAME_LEAST 16

void screen_style(FILE *out, const struct screen_options *options, enum screen_style style)
{
	static const char *const codes[] = {"\033[0m", "\033[1m", "\033[2m"};

	if (options->colours)
		fputs(codes[style], out);
}

/* ---- columns --------------------------------------------------------------------------------- */

/*
 * Returns the length of the first character of a text that was quoted, and so is UTF-8. From U+1000
 * on, where many are two columns wide, each counts as such.
 */
static size_t first_character(const char *text, size_t *columns)
{
	unsigned char lead = (unsigned char)text[0];

	*columns = lead > 0xe0 ? 2 : 1;
	return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* Returns how many bytes of a text fit. */
static size_t bytes_that_fit(const char *text, size_t columns)
{
	const char *at = text;
	size_t one;

	while (*at != '\0') {
		size_t length = first_character(at, &one);

		if (one > columns)
			break;
		columns -= one;
		at += length;
	}
	return (size_t)(at - text);
}

size_t screen_columns(const char *quoted)
{
	size_t columns = 0, one;

	for (; *quoted != '\0'; quoted += first_character(quoted, &one), columns += one)
		;
	return columns;
}

/* Returns the start of the end of a text that fits. */
static const char *end_that_fits(const char *text, size_t columns)
{
	size_t all = screen_columns(text), one;

	while (all > columns) {
		text += first_character(text, &one);
		all -= one;
	}
	return text;
}

static size_t put_part(FILE *out, const char *quoted, size_t length)
{
	char *part = strndup(quoted, length);
	size_t columns = part != NULL ? screen_columns(part) : 0;

	fputs(part != NULL ? part : "", out);
	free(part);
	return columns;
}

size_t screen_put(FILE *out, const char *quoted, size_t columns)
{
	size_t all = screen_columns(quoted), first;

	if (all <= columns) {
		fputs(quoted, out);
		return all;
	}
	if (columns <= 2 * ELLIPSIS)
		return put_part(out, quoted, bytes_that_fit(quoted, columns));
	first = (columns - ELLIPSIS + 1) / 2;
	all = put_part(out, quoted, bytes_that_fit(quoted, first));
	fputs(ellipsis, out);
	quoted = end_that_fits(quoted, columns - ELLIPSIS - first);
	fputs(quoted, out);
	return all + ELLIPSIS + screen_columns(quoted);
}

/* ---- places ---------------------------------------------------------------------------------- */

/* Returns a text to be freed; NULL if there is no memory, or nothing to say. */
static char *make_module(const struct screen_where *where)
{
	char *text = NULL;
	size_t size;
	FILE *out;

	if (where->module == NULL && where->offset == 0)
		return NULL;
	out = open_memstream(&text, &size);
	if (out == NULL)
		return NULL;
	fputs(" (", out);
	escape_write(where->module != NULL ? where->module : "", out);
	if (where->offset != 0)
		fprintf(out, "%s0x%" PRIx64, where->module != NULL ? "+" : "", where->offset);
	fputc(')', out);
	fclose(out);
	return text;
}

static char *make_file(const struct screen_where *where)
{
	char *text = NULL;
	size_t size;
	FILE *out = where->file != NULL ? open_memstream(&text, &size) : NULL;

	if (out == NULL)
		return NULL;
	fputc(' ', out);
	escape_write(pl_base_name(where->file), out);
	if (where->line != 0)
		fprintf(out, ":%u", where->line);
	fclose(out);
	return text;
}

static size_t columns_of(const char *module, const char *file)
{
	return (module != NULL ? screen_columns(module) : 0) +
	       (file != NULL ? screen_columns(file) : 0);
}

/* Takes back the parts that have no room, the last one first. */
static void make_room(char **module, char **file, size_t name, size_t columns)
{
	char **parts[] = {file, module};
	size_t least = name < NAME_LEAST ? name : NAME_LEAST;

	for (size_t i = 0; i < 2 && least + columns_of(*module, *file) > columns; i++) {
		free(*parts[i]);
		*parts[i] = NULL;
	}
}

size_t screen_put_place(FILE *out, const struct screen_options *options, const char *name,
			const char *shorter, const struct screen_where *where, size_t columns)
{
	char *quoted = escape_copy(name != NULL ? name : "??");
	char *module = make_module(where), *file = make_file(where);
	size_t used = 0;

	if (quoted != NULL && shorter != NULL &&
	    screen_columns(quoted) + columns_of(module, file) > columns) {
		free(quoted);
		quoted = escape_copy(shorter);
	}
	if (quoted != NULL) {
		make_room(&module, &file, screen_columns(quoted), columns);
		used = columns_of(module, file);
		used += screen_put(out, quoted, columns - used);
		screen_style(out, options, SCREEN_FAINT);
		screen_put(out, module != NULL ? module : "", columns);
		screen_put(out, file != NULL ? file : "", columns);
		screen_style(out, options, SCREEN_PLAIN);
	}
	free(quoted);
	free(module);
	free(file);
	return used;
}

size_t screen_put_link(FILE *out, char arrow, struct slice name, size_t columns)
{
	char *plain = strndup(name.start, name.length);
	char *quoted = plain != NULL ? escape_copy(plain) : NULL;
	size_t needed = quoted != NULL ? 3 + screen_columns(quoted) : SIZE_MAX;

	if (quoted != NULL && needed <= columns) {
		fprintf(out, " %c ", arrow);
		screen_put(out, quoted, columns);
	}
	free(plain);
	free(quoted);
	return needed;
}

void screen_put_called(FILE *out, const char *function, size_t columns)
{
	static const char internal[] = "__GI_"; /* glibc's other name for its own function */

	if (strncmp(function, internal, sizeof(internal) - 1) == 0)
		function += sizeof(internal) - 1;
	screen_put_link(out, '>', frame_short_name(function), columns);
}

/* ---- others ---------------------------------------------------------------------------------- */

const char *screen_bytes(uint64_t bytes, char text[SCREEN_BYTES_SIZE])
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double value = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(text, SCREEN_BYTES_SIZE, "%u B", (unsigned)bytes);
		return text;
	}
	for (; value >= 1023.95 && unit + 1 < sizeof(units) / sizeof(units[0]); unit++)
		value /= 1024;
	snprintf(text, SCREEN_BYTES_SIZE, "%.1f %s", value, units[unit]);
	return text;
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

void screen_print_rest(FILE *out, size_t sites, uint64_t violations)
{
	fprintf(out, "  and %zu more site%s, %" PRIu64 " violation%s\n", sites, plural(sites),
		violations, plural(violations));
}

void screen_print_lost(FILE *out, uint64_t violations)
{
	fprintf(out, "  and %" PRIu64 " violation%s at sites for which the record had no room\n",
		violations, plural(violations));
}

/* Whether a function calls main(), by its names in glibc and musl: main itself may have no name. */
static bool is_start(const char *function)
{
	static const char start[] = "__libc_start_";

	return function != NULL && strncmp(function, start, sizeof(start) - 1) == 0;
}

size_t screen_depth(const struct report_site *site)
{
	size_t depth = site->frame_count;

	for (size_t i = 0; i < site->frame_count; i++) {
		const char *function = site->frames[i].function;

		if (function != NULL && strcmp(function, "main") == 0)
			return i + 1;
		if (is_start(function) && i > site->origin) {
			depth = i;
			break;
		}
	}
	while (depth > site->origin + 1 && frame_is_runtime(&site->frames[depth - 1]))
		depth--;
	return depth;
}
