/* SPDX-License-Identifier: MIT */
/*
 * The lines with places in them: a frame, the site of a scope, a line of the closing table. All
 * others are written as they are; a place of which the files know nothing is, but for what no report
 * has in it.
 */
#define _GNU_SOURCE
#include "naming.h"

#include "demangle.h"
#include "escape.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Of a line of a report, which need not have been written by the library. */
static void write_slice(struct slice text, FILE *out)
{
	escape_write_part(text, out);
}

/* ---- what the files say ---------------------------------------------------------------------- */

static enum symbols_state open_path(const struct naming *naming, struct slice path,
				    struct symbols_module **module)
{
	char *escaped = strndup(path.start, path.length), *name = escape_undo(path);
	enum symbols_state state = SYMBOLS_ABSENT;

	if (escaped != NULL && name != NULL)
		state = symbols_open(naming->symbols, name,
				     known_find(naming->known, escaped, naming->in_block), module);
	free(escaped);
	free(name);
	return state;
}

static struct symbols_place look_up(const struct naming *naming, const struct place *place)
{
	struct symbols_place found = {0};
	struct symbols_module *module;

	if (open_path(naming, place->path, &module) == SYMBOLS_HERE)
		symbols_find(module, place->offset, &found);
	return found;
}

static bool has_line(const struct symbols_place *found)
{
	return found->count > 0 && found->functions[0].file != NULL;
}

/* Returns a copy of the name that the report has, demangled, or NULL. */
static char *reported_name(const struct place *place)
{
	char *mangled = escape_undo(place->function);
	char *name = mangled != NULL ? demangle(mangled) : NULL;

	free(mangled);
	return name;
}

/*
 * The exported name of the outermost function stays, if it is of the same one: a library calls its
 * own functions by further names, which nobody else knows (strdup is __GI___strdup).
 */
static void write_name(const struct place *place, const struct symbols_place *found, size_t i,
		       FILE *out)
{
	const char *name = found->functions[i].name;
	char *reported = NULL;

	if (i + 1 == found->count && place->function.length > 0 && found->symbol != NULL &&
	    found->symbol_offset == place->function_offset)
		reported = reported_name(place);
	if (reported != NULL)
		name = reported;
	escape_write(name != NULL ? name : "??", out);
	free(reported);
}

static void write_line(const char *file, unsigned line, FILE *out)
{
	fputc(' ', out);
	escape_write(file, out);
	fprintf(out, ":%u", line);
}

/* ---- places ---------------------------------------------------------------------------------- */

/* "(PATH+0xHEX)" as it stands in the report. */
static struct slice parenthesis(const struct place *place)
{
	const char *start = place->path.start - 1;

	return (struct slice){start, (size_t)(place->text.start + place->text.length - start)};
}

/*
 * The place without a line. The exported name stays unless the symbol table knows a function that
 * begins nearer, for many a function has several names.
 */
static void write_raw(const struct place *place, const struct symbols_place *found, FILE *out)
{
	struct slice mangled = place->function;
	const char *symbol = found->symbol;
	char *name;

	if (symbol != NULL &&
	    (place->function.length == 0 || found->symbol_offset < place->function_offset)) {
		escape_write(symbol, out);
		fprintf(out, "+0x%" PRIx64 " ", found->symbol_offset);
		write_slice(parenthesis(place), out);
		return;
	}
	name = reported_name(place);
	if (name != NULL && slice_skip(&mangled, "_Z") && strncmp(name, "_Z", 2) != 0) {
		escape_write(name, out);
		fprintf(out, "+0x%" PRIx64 " ", place->function_offset);
		write_slice(parenthesis(place), out);
	} else {
		write_slice(place->text, out);
	}
	free(name);
}

/* For the closing table and a scope: the innermost function alone, on the same line. */
static void write_short(const struct naming *naming, struct slice text, bool with_folder, FILE *out)
{
	struct symbols_place found;
	struct place place;

	if (!place_parse(text, &place)) {
		write_slice(text, out);
		return;
	}
	found = look_up(naming, &place);
	if (has_line(&found)) {
		const char *file = found.functions[0].file;
		const char *slash = with_folder ? NULL : strrchr(file, '/');

		write_name(&place, &found, 0, out);
		write_line(slash != NULL ? slash + 1 : file, found.functions[0].line, out);
	} else {
		write_raw(&place, &found, out);
	}
	symbols_forget(&found);
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* Takes "    #N " off the front. */
static bool skip_number(struct slice *line)
{
	size_t digits = 0;

	if (!slice_skip(line, "    #"))
		return false;
	while (digits < line->length && line->start[digits] >= '0' && line->start[digits] <= '9')
		digits++;
	line->start += digits;
	line->length -= digits;
	return digits > 0 && slice_skip(line, " ");
}

bool naming_is_frame(struct slice line)
{
	struct place place;

	if (!skip_number(&line))
		return false;
	return place_parse(line, &place) || place_is_address(line);
}

/* All functions that are inlined here, each on a line of its own with the frame's number. */
static void write_frame(const struct naming *naming, struct slice prefix, const struct place *place,
			FILE *out)
{
	struct symbols_place found = look_up(naming, place);

	if (!has_line(&found)) {
		write_slice(prefix, out);
		write_raw(place, &found, out);
	} else {
		for (size_t i = 0; i < found.count; i++) {
			const struct symbols_function *function = &found.functions[i];

			write_slice(prefix, out);
			write_name(place, &found, i, out);
			if (function->file != NULL)
				write_line(function->file, function->line, out);
			if (i + 1 < found.count)
				fputs(" (inlined)\n", out);
		}
	}
	symbols_forget(&found);
}

/* Takes "phaselock:   COUNT x FUNCTION  " off the front. */
static bool skip_count(struct slice *line)
{
	struct slice rest = *line;
	const char *blanks;
	size_t digits = 0;

	if (!slice_skip(&rest, "phaselock:   "))
		return false;
	while (digits < rest.length && rest.start[digits] >= '0' && rest.start[digits] <= '9')
		digits++;
	rest.start += digits;
	rest.length -= digits;
	if (digits == 0 || !slice_skip(&rest, " x "))
		return false;
	blanks = memmem(rest.start, rest.length, "  ", 2);
	if (blanks == NULL)
		return false;
	line->length -= (size_t)(blanks + 2 - line->start);
	line->start = blanks + 2;
	return true;
}

static void write_list(const struct naming *naming, struct slice list, FILE *out)
{
	static const char between[] = " < ";

	for (;;) {
		size_t length = place_length(list);

		write_short(naming, (struct slice){list.start, length}, false, out);
		list.start += length;
		list.length -= length;
		if (!slice_skip(&list, between))
			return;
		fputs(between, out);
	}
}

void naming_write(const struct naming *naming, struct slice line, FILE *out)
{
	struct slice rest = line;
	struct place place;

	if (skip_number(&rest) && place_parse(rest, &place)) {
		struct slice prefix = {line.start, line.length - rest.length};

		write_frame(naming, prefix, &place, out);
		return;
	}
	rest = line;
	if (slice_skip(&rest, "  forbidden by ") || slice_skip(&rest, "  forbidden since ")) {
		write_slice((struct slice){line.start, line.length - rest.length}, out);
		write_short(naming, rest, true, out);
		return;
	}
	rest = line;
	if (skip_count(&rest)) {
		write_slice((struct slice){line.start, line.length - rest.length}, out);
		write_list(naming, rest, out);
		return;
	}
	fwrite(line.start, 1, line.length, out);
}
