/* SPDX-License-Identifier: MIT */
/*
 * JSON, a piece at a time, so that a long list is never in memory as a whole. jansson writes each
 * piece. Its functions accept NULL for a value and fail, so only whole pieces are checked. If
 * memory ends, the command ends: half a file must not pass for a whole one.
 */
#ifndef CLI_EMIT_H
#define CLI_EMIT_H

#include "common/base.h"

#include <jansson.h>
#include <stdio.h>

/* A name, written as on a terminal; null for NULL. */
json_t *emit_name(const char *name);

/* A number. Readers of JSON know none above INT64_MAX, which stands for all larger ones. */
json_t *emit_number(uint64_t number);

/* The same for a number that is written as text. */
uint64_t emit_bounded(uint64_t number);

/* Writes the members of an object, without its braces, and frees it. */
void emit_members(json_t *object, FILE *out);

/* A list that is being written, one line an element. Begins as {out}. */
struct emit_list {
	FILE *out;
	bool has_elements;
};

/* Writes an element and frees it. */
void emit_element(struct emit_list *list, json_t *element);

/* Ends the command for want of memory. */
_Noreturn void emit_no_memory(void);

/* Opens a text in memory, which the caller frees when it is ended. */
FILE *emit_text(char **text, size_t *length);
void emit_text_end(FILE *out);

/* Returns what was made; without memory for it, does as emit_no_memory(). */
void *emit_checked(void *made);

#endif
