/* SPDX-License-Identifier: MIT */
/*
 * Appends text to a buffer of the caller's, without stdio or heap. What does not fit is cut, and
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
 * Appends words of our own; foreign ones go through the functions below. Understands %s (NULL is
 * "?"), %lu for uint64_t and size_t, %lx likewise, %p for void *, %% and nothing else; the
 * attribute lets the compiler check the arguments.
 */
void pl_text_append(struct pl_text *text, const char *format, ...) PL_PRINTF(2, 3);

/* Appends a number as an English ordinal: 1st, 2nd, 3rd, 4th, 11th. */
void pl_text_ordinal(struct pl_text *text, uint64_t number);

/*
 * Appends a foreign name, of a file or a function, quoted as lib/common/quote.h says. What comes
 * after `most` bytes is "...".
 */
void pl_text_escape(struct pl_text *text, const char *string, size_t most);

/*
 * Appends a foreign string that goes between double quotes: a double quote in it, and each byte
 * that lib/common/quote.h does not allow, becomes '?'.
 */
void pl_text_quote(struct pl_text *text, const char *string);

/* Appends a path, with the id of the process for each %p. */
void pl_text_path(struct pl_text *text, const char *pattern, uint64_t process);

/* Returns the part of a path after its last slash. */
const char *pl_base_name(const char *path);

#endif
