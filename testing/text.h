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

/* Appends a foreign name, as lib/common/quote.h has it; of that the first `most` bytes. */
void text_append_name(struct text *text, const char *name, size_t most);

/* Appends each line of other, which a foreign process has written, indented by so many blanks. */
void text_append_indented(struct text *text, const char *other, int blanks);

/* Takes the rest of a character off the end of a text that was cut; returns the length. */
size_t text_end_whole(char *text, size_t length);

#endif
