/* SPDX-License-Identifier: MIT */
/*
 * Text without stdio or heap: appended to a buffer of the caller's. What does not fit is cut, and
 * the text is always terminated. For every function: any thread, signal handlers too.
 */
#ifndef PL_FORMAT_H
#define PL_FORMAT_H

#include "base.h"

struct pl_text {
	char *start;
	size_t capacity; /* bytes, with the terminator; at least 1 */
	size_t length;
};

struct pl_text pl_text_in(char *buffer, size_t capacity);

/*
 * Understands %s (NULL is "?"), %lu for uint64_t and size_t, %lx likewise, %p for void *, %% and
 * nothing else; the attribute lets the compiler check the arguments.
 */
void pl_text_append(struct pl_text *text, const char *format, ...) PL_PRINTF(2, 3);

/* Appends a number with its English ordinal: 1st, 2nd, 3rd, 4th, 11th. */
void pl_text_ordinal(struct pl_text *text, uint64_t number);

/* What pl_escape() needs, with the terminator. */
#define PL_ESCAPED_SIZE 5

/*
 * Writes the first character of a string, which is not "", in a form that cannot be taken for
 * anything else: a control character or a byte that is no UTF-8 as \n or \xHH, a backslash as two,
 * anything else as it is. Returns how many bytes of the string it was.
 */
size_t pl_escape(const char *string, char escaped[PL_ESCAPED_SIZE]);

/*
 * Appends a name that somebody else has chosen, of a file or a function, escaped. Of one that has
 * more than `most` bytes the rest is "...".
 */
void pl_text_escape(struct pl_text *text, const char *string, size_t most);

/*
 * Appends a string that stands in double quotes: those in it, control characters and bytes that are
 * no UTF-8 are '?'.
 */
void pl_text_quote(struct pl_text *text, const char *string);

/* Appends a path in which each %p stands for the id of a process. */
void pl_text_path(struct pl_text *text, const char *pattern, uint64_t process);

/* Returns the part of a path after its last slash. */
const char *pl_base_name(const char *path);

#endif
