/* SPDX-License-Identifier: MIT */
/* Lines of text without stdio, which would bring imports that hosts do not have. */
#ifndef PL_WASM_TEXT_H
#define PL_WASM_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* A text in the caller's memory, always terminated; what does not fit is cut off. */
struct pl_text {
	char *start;
	size_t length;
	size_t capacity; /* including the terminator; at least 1 */
};

struct pl_text pl_text_in(char *start, size_t capacity);
void pl_text_add(struct pl_text *text, const char *string);

/* Adds a foreign name; '?' replaces what lib/common/quote.h does not allow. */
void pl_text_add_name(struct pl_text *text, const char *name);

void pl_text_add_number(struct pl_text *text, uint64_t number);
void pl_text_add_signed(struct pl_text *text, int64_t number);
void pl_text_add_pointer(struct pl_text *text, const void *pointer);

/* Hands the text to the settings' write(), as one line. */
void pl_text_write(const struct pl_text *text);

#endif
