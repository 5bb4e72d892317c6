/* SPDX-License-Identifier: MIT */
/*
 * Appending to a text. It must not know what the text says.
 */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void text_append(struct text *text, const char *format, ...)
{
	size_t room = text->size - text->length;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text->start + text->length, room, format, arguments);
	va_end(arguments);
	if (length > 0)
		text->length += (size_t)length < room ? (size_t)length : room - 1;
}

void text_append_indented(struct text *text, const char *other, int blanks)
{
	while (*other != '\0') {
		int length = (int)strcspn(other, "\n");

		text_append(text, "%*s%.*s\n", blanks, "", length, other);
		other += length;
		other += *other == '\n';
	}
}
