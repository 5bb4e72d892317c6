/* SPDX-License-Identifier: MIT */
#include "line.h"

void line_begin(struct line *line, const char *id)
{
	line->length = 0;
	line_add(line, text_of(id));
	line_add(line, text_of(" "));
}

void line_add(struct line *line, struct text text)
{
	for (size_t i = 0; i < text.length && line->length < LINE_MAX_LENGTH; i++) {
		char c = text.at[i];

		line->text[line->length++] = c >= ' ' && c <= '~' ? c : '?';
	}
}
