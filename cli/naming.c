/* SPDX-License-Identifier: MIT */
/*
 * The lines with places in them: a frame, the site of a scope, a line of the closing table. All
 * other lines are written as they are. So is a place of which the files know nothing, except for
 * what no report has in it.
 */
#define _GNU_SOURCE
#include "naming.h"

#include "escape.h"
#include "named.h"

#include <stdlib.h>
#include <string.h>

/* Writes a part of a report's line, which need not have come from the library. */
static void write_slice(struct slice text, FILE *out)
{
	escape_write_part(text, out);
}

/* ---- places ---------------------------------------------------------------------------------- */

/* A place with strings of its own. */
struct spelled {
	char *function, *path, *escaped;
	struct named_place place;
};

/* Returns false if memory ends. */
static bool spell(const struct naming *naming, const struct place *place, struct spelled *spelled)
{
	bool has_function = place->function.length > 0;

	spelled->function = has_function ? escape_undo(place->function) : NULL;
	spelled->path = escape_undo(place->path);
	spelled->escaped = strndup(place->path.start, place->path.length);
	if (spelled->path == NULL || spelled->escaped == NULL ||
	    (has_function && spelled->function == NULL))
		return false;
	spelled->place = (struct named_place){
		.function = spelled->function,
		.function_offset = place->function_offset,
		.path = spelled->path,
		.offset = place->offset,
		.build_id = known_find(naming->known, spelled->escaped, naming->in_block),
	};
	return true;
}

static void forget(struct spelled *spelled)
{
	free(spelled->function);
	free(spelled->path);
	free(spelled->escaped);
}

/* Writes the innermost function alone, on the same line: for the closing table and a scope. */
static void write_short(const struct naming *naming, struct slice text, bool with_folder, FILE *out)
{
	struct spelled spelled;
	struct place place;

	if (!place_parse(text, &place)) {
		write_slice(text, out);
		return;
	}
	if (spell(naming, &place, &spelled))
		named_write_short(naming->namer, &spelled.place, with_folder, out);
	else
		write_slice(text, out);
	forget(&spelled);
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

static void write_frame(const struct naming *naming, struct slice line, struct slice rest,
			const struct place *place, FILE *out)
{
	char *prefix = strndup(line.start, line.length - rest.length);
	struct spelled spelled;

	if (spell(naming, place, &spelled) && prefix != NULL)
		named_write_frame(naming->namer, prefix, &spelled.place, out);
	else
		write_slice(line, out);
	forget(&spelled);
	free(prefix);
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
		write_frame(naming, line, rest, &place, out);
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
