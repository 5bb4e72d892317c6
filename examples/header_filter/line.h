/* SPDX-License-Identifier: MIT */
/* Lines of the log, made on the stack. */
#ifndef LINE_H
#define LINE_H

#include "headers.h"

/* Longer lines are cut. */
#define LINE_MAX_LENGTH 256

struct line {
	char text[LINE_MAX_LENGTH];
	size_t length;
};

/* Begins a line with the request's id. */
void line_begin(struct line *line, const char *id);

/* Adds text; a question mark takes the place of each byte that is not printable ASCII. */
void line_add(struct line *line, struct text text);

#endif
