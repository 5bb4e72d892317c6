/* SPDX-License-Identifier: MIT */
/*
 * Text without stdio or heap: appended to a buffer of the caller's. What does not fit is cut, and
 * the text is always terminated. For every function: any thread, signal handlers too.
 */
#ifndef PL_FORMAT_H
#define PL_FORMAT_H

#include "common/base.h"

struct pl_text {
	char *start;
	size_t capacity; /* bytes, with the terminator; at least 1 */
	size_t length;
};

struct pl_text pl_text_in(char *buffer, size_t capacity);

/*
 * Words of our own: what is foreign goes by the functions below. Understands %s (NULL is "?"), %lu
 * for uint64_t and size_t, %lx likewise, %p for void *, %% and nothing else; the attribute lets the
 * compiler check the arguments.
 */
void pl_text_append(struct pl_text *text, const char *format, ...) PL_PRINTF(2, 3);

/* Appends a number with its English ordinal: 1st, 2nd, 3rd, 4th, 11th. */
void pl_text_ordinal(struct pl_text *text, uint64_t number);

/*
 * Appends a name that somebody else has chosen, of a file or a function, as lib/common/quote.h has
 * it. Of one that has more than `most` bytes the rest is "...".
 */
void pl_text_escape(struct pl_text *text, const char *string, size_t most);

/*
 * Appends a foreign string that stands in double quotes: those in it, and the bytes that
 * lib/common/quote.h does not let stand, are '?'.
 */
void pl_text_quote(struct pl_text *text, const char *string);

/* Appends a path in which each %p stands for the id of a process. */
void pl_text_path(struct pl_text *text, const char *pattern, uint64_t process);

/* Returns the part of a path after its last slash. */
const char *pl_base_name(const char *path);

#endif
