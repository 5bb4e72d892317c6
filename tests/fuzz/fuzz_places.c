/* SPDX-License-Identifier: MIT */
/*
 * Places of a report, and names in it with escapes. A place's parts lie in its text; a name that is
 * escaped and read again is the same.
 */
#define _GNU_SOURCE
#include "escape.h"
#include "fuzz.h"
#include "place.h"

static bool is_part(struct slice part, struct slice whole)
{
	return part.length == 0 || (part.start >= whole.start && part.length <= whole.length &&
				    part.start + part.length <= whole.start + whole.length);
}

static void check_escapes(const char *name)
{
	char *escaped = NULL, *again;
	size_t length = 0;
	FILE *stream = open_memstream(&escaped, &length);

	CHECK(stream != NULL);
	escape_write(name, stream);
	fclose(stream);
	again = escape_undo((struct slice){escaped, length});
	CHECK(again != NULL && strcmp(again, name) == 0);
	free(again);
	free(escaped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	size_t length = input.left;
	char *bytes = (char *)input_bytes(&input), *text = input_text(&input);
	struct slice all = {bytes, length}, line = slice_line(all);
	struct build_id id;
	struct place place;

	CHECK(is_part(line, all) && memchr(line.start, '\n', line.length) == NULL);
	CHECK(place_length(line) <= line.length);
	if (place_parse(line, &place))
		CHECK(is_part(place.function, line) && is_part(place.path, line) &&
		      place.path.length > 0);
	if (build_id_parse(line, &id))
		CHECK(is_part(id.hex, line) && is_part(id.path, line));
	place_is_address(line);
	free(escape_undo(line));
	check_escapes(text);
	free(text);
	free(bytes);
	return 0;
}
