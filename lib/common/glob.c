/* SPDX-License-Identifier: MIT */
/*
 * Matches names with patterns. Not by fnmatch(), which may allocate, and whose time has no bound.
 * Here, if what follows a star does not fit, the last star takes one byte more. An earlier star
 * never has to, because what lies between two stars may match as early as it can. It must not know
 * what is matched.
 */
#include "common/glob.h"

#include <string.h>

/* One place of a pattern: whether a byte fits there, and where the next place begins. */
struct place {
	const char *next; /* NULL: the pattern ends in the middle of it */
	bool fits;
};

/* Returns the value of a hexadecimal digit as reports write it, or -1. */
static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads the character after a backslash, which is not the end of the pattern, and moves past it. */
static unsigned char escaped_character(const char **at)
{
	char c = *(*at)++;
	int high, low;

	if (c == 'n')
		return '\n';
	high = c == 'x' ? digit(**at) : -1;
	low = high >= 0 ? digit((*at)[1]) : -1;
	if (low < 0)
		return (unsigned char)c;
	*at += 2;
	return (unsigned char)(high * 16 + low);
}

/* Reads one character of a set, perhaps after a backslash, and moves past it. */
static unsigned char set_character(const char **at)
{
	char c = *(*at)++;

	return c == '\\' && **at != '\0' ? escaped_character(at) : (unsigned char)c;
}

/*
 * Matches a set, starting after its [. A ] that comes first belongs to the set, and so does a - at
 * either end.
 */
static struct place read_set(const char *at, unsigned char byte)
{
	bool negated = *at == '!';
	bool found = false;

	at += negated;
	for (bool first = true; first || *at != ']'; first = false) {
		unsigned char from, to;

		if (*at == '\0')
			return (struct place){.next = NULL};
		from = to = set_character(&at);
		if (at[0] == '-' && at[1] != ']' && at[1] != '\0') {
			at++;
			to = set_character(&at);
		}
		found = found || (from <= byte && byte <= to);
	}
	return (struct place){.next = at + 1, .fits = found != negated};
}

/* Reads the place at a character of the pattern, which is neither its end nor a star. */
static struct place read_place(const char *at, unsigned char byte)
{
	bool fits;

	switch (*at) {
	case '?':
		return (struct place){at + 1, true};
	case '[':
		return read_set(at + 1, byte);
	case '\\':
		if (*++at == '\0')
			return (struct place){.next = NULL};
		fits = escaped_character(&at) == byte;
		return (struct place){at, fits};
	default:
		return (struct place){at + 1, (unsigned char)at[0] == byte};
	}
}

bool pl_glob_is_valid(const char *pattern)
{
	while (pattern != NULL && *pattern != '\0')
		pattern = *pattern == '*' ? pattern + 1 : read_place(pattern, 0).next;
	return pattern != NULL;
}

bool pl_glob_matches_start(const char *pattern, const char *text, size_t length)
{
	const char *end = text + length;
	const char *behind_star = NULL; /* after the last star, whose text ends at star_text */
	const char *star_text = NULL;

	while (text < end) {
		struct place place = {.next = NULL};

		if (*pattern == '*') {
			behind_star = ++pattern;
			star_text = text;
			continue;
		}
		if (*pattern != '\0')
			place = read_place(pattern, (unsigned char)*text);
		if (place.next != NULL && place.fits) {
			pattern = place.next;
			text++;
		} else if (behind_star != NULL) {
			pattern = behind_star;
			text = ++star_text;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

bool pl_glob_matches(const char *pattern, const char *text)
{
	return pl_glob_matches_start(pattern, text, strlen(text));
}
