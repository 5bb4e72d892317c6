/* SPDX-License-Identifier: MIT */
/* Text in a buffer of the caller's: cut when the buffer is full, always terminated. */
#ifndef TESTING_TEXT_H
#define TESTING_TEXT_H

#include <stddef.h>

struct text {
	char *start;
	size_t size; /* of the buffer, including the terminator; at least 1 */
	size_t length;
};

void text_append(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends a foreign name, quoted by lib/common/quote.h, `most` bytes of the result at most. */
void text_append_name(struct text *text, const char *name, size_t most);

/* Appends each line of `other`, which a foreign process wrote, indented by so many blanks. */
void text_append_indented(struct text *text, const char *other, int blanks);

/* Removes an incomplete character from the end of a cut text. Returns the new length. */
size_t text_end_whole(char *text, size_t length);

#endif
