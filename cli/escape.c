/* SPDX-License-Identifier: MIT */
/*
 * Foreign names and texts, written by the rule of lib/common/quote.h. It must not know what they
 * name.
 */
#define _GNU_SOURCE
#include "escape.h"

#include "common/quote.h"

#include <stdlib.h>
#include <string.h>

/*
 * Returns how much at the start of a text is the same in every form. Most of it is, and it is
 * quicker to write that at once.
 */
static size_t count_letters(struct slice text)
{
	size_t count = 0;

	while (count < text.length && text.start[count] >= ' ' && text.start[count] < 127 &&
	       strchr("\\|&<>\"'", text.start[count]) == NULL)
		count++;
	return count;
}

static void write_text(struct slice text, enum pl_quote form, FILE *out)
{
	char quoted[PL_QUOTED_SIZE];

	while (text.length > 0) {
		size_t done = count_letters(text);

		if (done > 0) {
			fwrite(text.start, 1, done, out);
		} else {
			done = pl_quote(text.start, text.length, form, quoted);
			fputs(quoted, out);
		}
		text.start += done;
		text.length -= done;
	}
}

void escape_write_part(struct slice text, FILE *out)
{
	write_text(text, PL_QUOTE_LINE, out);
}

void escape_write(const char *name, FILE *out)
{
	write_text((struct slice){name, strlen(name)}, PL_QUOTE_NAME, out);
}

char *escape_copy(const char *name)
{
	size_t size;
	char *copy = NULL;
	FILE *out = open_memstream(&copy, &size);

	if (out == NULL)
		return NULL;
	escape_write(name, out);
	if (fclose(out) == 0)
		return copy;
	free(copy);
	return NULL;
}

void escape_write_code(const char *name, FILE *out)
{
	int fence = (int)pl_quote_fence(name);
	size_t length = strlen(name);
	/*
	 * If there is a blank at both ends, Markdown takes one off each, so that a backtick can
	 * stand there.
	 */
	bool padded = length > 0 &&
		      (name[0] == '`' || name[length - 1] == '`' ||
		       (name[0] == ' ' && name[length - 1] == ' ' && strspn(name, " ") < length));

	if (length == 0)
		return;
	for (int i = 0; i < fence; i++)
		putc('`', out);
	fputs(padded ? " " : "", out);
	write_text((struct slice){name, length}, PL_QUOTE_MARKDOWN, out);
	fputs(padded ? " " : "", out);
	for (int i = 0; i < fence; i++)
		putc('`', out);
}

/* A line that begins like the command's own would be taken for one. */
static void write_line(struct slice line, FILE *out)
{
	struct slice rest = line;

	if (slice_skip(&rest, "phaselock ")) {
		fputs("\\x70", out);
		line.start++;
		line.length--;
	}
	write_text(line, PL_QUOTE_LINE, out);
}

void escape_write_lines(struct slice text, FILE *out)
{
	while (text.length > 0) {
		struct slice line = slice_line(text);

		write_line(line, out);
		text.start += line.length;
		text.length -= line.length;
		slice_skip(&text, "\n");
		putc('\n', out); /* else what is written next would end the last line */
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

void escape_undo_here(char *name)
{
	const char *at = name, *end = name + strlen(name);

	while (at < end)
		*name++ = take(&at, end);
	*name = '\0';
}

char *escape_undo(struct slice escaped)
{
	char *name = strndup(escaped.start, escaped.length);

	if (name != NULL)
		escape_undo_here(name);
	return name;
}
