/* SPDX-License-Identifier: MIT */
/* The grammar of a report's places, for texts that need not have been written by the library. */
#define _GNU_SOURCE
#include "place.h"

#include <string.h>

#define BETWEEN_PLACES " < "

/* Longer text is no place: each place of a list is sought among all that may be its end. */
#define PLACE_MAX ((size_t)16 * 1024)

/* No build-id is longer than SHA-512. */
#define BUILD_ID_MAX 128

bool slice_skip(struct slice *text, const char *prefix)
{
	size_t length = strlen(prefix);

	if (text->length < length || memcmp(text->start, prefix, length) != 0)
		return false;
	text->start += length;
	text->length -= length;
	return true;
}

struct slice slice_line(struct slice text)
{
	const char *end = memchr(text.start, '\n', text.length);

	if (end != NULL)
		text.length = (size_t)(end - text.start);
	return text;
}

/* Returns the value of a hexadecimal digit as the library writes it, or -1. */
static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Takes "+0xHEX" off the end of the text; something must be left in front of it. */
static bool take_offset(struct slice *text, uint64_t *offset)
{
	const char *at = text->start + text->length;
	unsigned digits = 0;

	*offset = 0;
	while (at > text->start && digit(at[-1]) >= 0 && digits < 16)
		*offset |= (uint64_t)digit(*--at) << 4 * digits++;
	if (digits == 0 || at - text->start < 4 || memcmp(at - 3, "+0x", 3) != 0)
		return false;
	text->length = (size_t)(at - 3 - text->start);
	return true;
}

/*
 * Takes "FUNCTION+0xHEX (" off the front. It ends at the first " (" with an offset before it, since
 * a demangled name has blanks and parentheses too.
 */
static bool take_function(struct slice *text, struct place *place)
{
	const char *at = text->start, *end = text->start + text->length;

	while ((at = memmem(at, (size_t)(end - at), " (", 2)) != NULL) {
		place->function = (struct slice){text->start, (size_t)(at - text->start)};
		at += 2;
		if (!take_offset(&place->function, &place->function_offset))
			continue;
		*text = (struct slice){at, (size_t)(end - at)};
		return true;
	}
	return false;
}

bool place_parse(struct slice text, struct place *place)
{
	*place = (struct place){.text = text, .function = {text.start, 0}};
	if (text.length == 0 || text.start[text.length - 1] != ')')
		return false;
	text.length--;
	if (!slice_skip(&text, "(") && !take_function(&text, place))
		return false;
	if (!take_offset(&text, &place->offset) || memchr(text.start, '\0', text.length) != NULL)
		return false;
	place->path = text;
	return true;
}

bool place_is_address(struct slice text)
{
	size_t digits = 0;

	if (!slice_skip(&text, "0x"))
		return false;
	while (digits < text.length && digit(text.start[digits]) >= 0)
		digits++;
	return digits > 0 && digits == text.length;
}

size_t place_length(struct slice list)
{
	const char *at = list.start;
	const char *end = at + (list.length < PLACE_MAX ? list.length : PLACE_MAX);

	while ((at = memmem(at, (size_t)(end - at), BETWEEN_PLACES, strlen(BETWEEN_PLACES))) !=
	       NULL) {
		struct slice first = {list.start, (size_t)(at - list.start)};
		struct place ignored;

		if (place_parse(first, &ignored) || place_is_address(first))
			return (size_t)(at - list.start);
		at += strlen(BETWEEN_PLACES);
	}
	return list.length;
}

bool build_id_parse(struct slice line, struct build_id *id)
{
	size_t digits = 0;

	if (!slice_skip(&line, "  build-id "))
		return false;
	while (digits < line.length && digit(line.start[digits]) >= 0)
		digits++;
	*id = (struct build_id){.hex = {line.start, digits}};
	line.start += digits;
	line.length -= digits;
	if (digits == 0 || digits > BUILD_ID_MAX || !slice_skip(&line, " ") || line.length == 0)
		return false;
	id->path = line;
	return memchr(line.start, '\0', line.length) == NULL;
}
