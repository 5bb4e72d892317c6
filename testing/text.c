/* SPDX-License-Identifier: MIT */
/*
 * Appends to a text. It must not know what the text says.
 */
#include "text.h"

#include "../lib/common/quote.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

size_t text_end_whole(char *text, size_t length)
{
	size_t last = length;

	while (last > 0 && length - last < 4 && (text[last - 1] & 0xc0) == 0x80)
		last--;
	if (last > 0 && pl_quote_plain(text + last - 1, length - last + 1) == 0 &&
	    (text[last - 1] & 0x80) != 0)
		length = last - 1;
	text[length] = '\0';
	return length;
}

void text_append(struct text *text, const char *format, ...)
{
	size_t room = text->size - text->length;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text->start + text->length, room, format, arguments);
	va_end(arguments);
	if (length > 0 && (size_t)length < room)
		text->length += (size_t)length;
	else if (length > 0)
		text->length = text_end_whole(text->start, text->length + room - 1);
}

/* Leaves out an escape that does not fit whole: half of it would read as something else. */
static void append_quoted(struct text *text, const char *string, size_t length, enum pl_quote form,
			  size_t most)
{
	char quoted[PL_QUOTED_SIZE];

	while (length > 0) {
		size_t done = pl_quote(string, length, form, quoted);

		if (strlen(quoted) > most || text->length + strlen(quoted) >= text->size)
			return;
		most -= strlen(quoted);
		text_append(text, "%s", quoted);
		string += done;
		length -= done;
	}
}

void text_append_name(struct text *text, const char *name, size_t most)
{
	if (name == NULL)
		name = "?";
	append_quoted(text, name, strlen(name), PL_QUOTE_NAME, most);
}

void text_append_indented(struct text *text, const char *other, int blanks)
{
	while (*other != '\0') {
		size_t length = strcspn(other, "\n");

		text_append(text, "%*s", blanks, "");
		append_quoted(text, other, length, PL_QUOTE_LINE, SIZE_MAX);
		text_append(text, "\n");
		other += length;
		other += *other == '\n';
	}
}
