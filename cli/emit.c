/* SPDX-License-Identifier: MIT */
/*
 * Pieces of JSON. It must not know what they say.
 */
#define _GNU_SOURCE
#include "emit.h"

#include "escape.h"
#include "verb.h"

#include <stdlib.h>

void emit_no_memory(void)
{
	fputs("phaselock: no memory to write the report\n", stderr);
	exit(STATUS_NOT_CHECKED);
}

void *emit_checked(void *made)
{
	if (made == NULL)
		emit_no_memory();
	return made;
}

json_t *emit_name(const char *name)
{
	char *quoted = name != NULL ? escape_copy(name) : NULL;
	json_t *string = quoted != NULL ? json_string(quoted) : NULL;

	free(quoted);
	return name != NULL ? string : json_null();
}

uint64_t emit_bounded(uint64_t number)
{
	return number < INT64_MAX ? number : INT64_MAX;
}

json_t *emit_number(uint64_t number)
{
	return json_integer((json_int_t)emit_bounded(number));
}

FILE *emit_text(char **text, size_t *length)
{
	return emit_checked(open_memstream(text, length));
}

void emit_text_end(FILE *out)
{
	if (fclose(out) != 0)
		emit_no_memory();
}

/* If a stream fails, so does all that follows: its owner checks it at the end. */
static void write_piece(json_t *piece, size_t flags, FILE *out)
{
	if (piece == NULL || (json_dumpf(piece, out, flags) != 0 && !ferror(out)))
		emit_no_memory();
	json_decref(piece);
}

void emit_members(json_t *object, FILE *out)
{
	write_piece(object, JSON_COMPACT | JSON_EMBED, out);
}

void emit_element(struct emit_list *list, json_t *element)
{
	fputs(list->has_elements ? ",\n" : "\n", list->out);
	write_piece(element, JSON_COMPACT | JSON_ENCODE_ANY, list->out);
	list->has_elements = true;
}
