/* SPDX-License-Identifier: MIT */
/* Escaped names. It must not know what they name. */
#define _GNU_SOURCE
#include "escape.h"

#include "format.h"

#include <stdlib.h>
#include <string.h>

void escape_write(const char *name, FILE *out)
{
	char escaped[PL_ESCAPED_SIZE];

	while (*name != '\0') {
		name += pl_escape(name, escaped);
		fputs(escaped, out);
	}
}

/* Returns the value of a hexadecimal digit as the library writes it, or 16. */
static unsigned digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

/* Returns the value of the digits of \xHH, or 0, which no name has in it. */
static unsigned value_of(const char *digits)
{
	unsigned high = digit(digits[0]), low = digit(digits[1]);

	return high < 16 && low < 16 ? high * 16 + low : 0;
}

/* Takes one character off the front of a text, and returns it. */
static char take(const char **at, const char *end)
{
	const char *c = *at;
	size_t left = (size_t)(end - c);

	*at += 2;
	if (left >= 2 && c[0] == '\\' && c[1] == '\\')
		return '\\';
	if (left >= 2 && c[0] == '\\' && c[1] == 'n')
		return '\n';
	*at += 2;
	if (left >= 4 && c[0] == '\\' && c[1] == 'x' && value_of(c + 2) != 0)
		return (char)(unsigned char)value_of(c + 2);
	*at = c + 1;
	return *c;
}

char *escape_undo(struct slice escaped)
{
	const char *at = escaped.start, *end = at + escaped.length;
	char *name = malloc(escaped.length + 1), *to = name;

	if (name == NULL)
		return NULL;
	while (at < end)
		*to++ = take(&at, end);
	*to = '\0';
	return name;
}
