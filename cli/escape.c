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

/* Returns the value of a digit of \xHH, or -1. */
static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
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
	/* No name has a NUL in it. */
	if (left >= 4 && c[0] == '\\' && c[1] == 'x' && digit(c[2]) >= 0 && digit(c[3]) >= 0 &&
	    (c[2] != '0' || c[3] != '0'))
		return (char)(digit(c[2]) << 4 | digit(c[3]));
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
