/* SPDX-License-Identifier: MIT */
/* Text that is appended to a buffer of the caller's, cut where it is full, always terminated. */
#ifndef TESTING_TEXT_H
#define TESTING_TEXT_H

#include <stddef.h>

struct text {
	char *start;
	size_t size; /* of the buffer, the terminator included; at least 1 */
	size_t length;
};

void text_append(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends each line of other, indented by so many blanks. */
void text_append_indented(struct text *text, const char *other, int blanks);

#endif
