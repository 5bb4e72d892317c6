/* SPDX-License-Identifier: MIT */
/*
 * Keeps the text that was handed over, a copy of it that is read-only, and reads it when it is
 * asked: once for each module. It must not know what the functions are for.
 */
#include "reaction/hot_handed.h"

#include "common/os.h"

#include <string.h>

/* Lines, each with its NUL; an empty one is behind the last. Written by the constructor. */
static const char *lines;

void pl_hot_handed_take(const char *text)
{
	size_t length = text != NULL ? strlen(text) : 0;
	size_t size = (length + 2 + PL_PAGE_SIZE - 1) & ~(size_t)(PL_PAGE_SIZE - 1);
	char *copy = length > 0 && length <= PL_HOT_HANDED_MAX ? pl_os_map(size) : NULL;

	if (copy == NULL)
		return;
	memcpy(copy, text, length);
	for (size_t i = 0; i < length; i++)
		if (copy[i] == '\n')
			copy[i] = '\0';
	pl_os_freeze(copy, size);
	lines = copy;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_id(const char *hex, const unsigned char *id, size_t size)
{
	for (size_t i = 0; i < size; i++, hex += 2)
		if (digit(hex[0]) != id[i] >> 4 || digit(hex[1]) != (id[i] & 15))
			return false;
	return *hex == '\0';
}

/* Reads a number up to a character; returns what is behind that, or NULL. */
static const char *read_number(const char *at, char end, uint64_t *number)
{
	const char *start = at;

	*number = 0;
	for (; digit(*at) >= 0; at++) {
		if (*number >> 60 != 0)
			return NULL;
		*number = *number << 4 | (uint64_t)digit(*at);
	}
	return at > start && *at == end ? at + 1 : NULL;
}

void pl_hot_handed_read(const char *text, const unsigned char *id, size_t size,
			pl_hot_handed_look *look, void *argument)
{
	const char *name = NULL;
	bool is_wanted = false;

	for (const char *line = text; *line != '\0'; line += strlen(line) + 1) {
		uint64_t start, end;
		const char *rest;

		if (*line == 'm') {
			is_wanted = is_id(line + 1, id, size);
			name = NULL;
		}
		if (*line == 'f')
			name = line + 1;
		if (*line != 'r' || !is_wanted || name == NULL)
			continue;
		rest = read_number(line + 1, '-', &start);
		if (rest != NULL && read_number(rest, '\0', &end) != NULL && start < end)
			look(name, start, end, argument);
	}
}

void pl_hot_handed_each(const unsigned char *id, size_t size, pl_hot_handed_look *look,
			void *argument)
{
	if (lines != NULL)
		pl_hot_handed_read(lines, id, size, look, argument);
}
