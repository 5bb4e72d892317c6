/* SPDX-License-Identifier: MIT */
/*
 * Frames of call stacks in words, as `phaselock symbolize` reads them. It must not know what they
 * are told for.
 */
#include "frame.h"

#include <string.h>

#define NAME_MAX_SHOWN 400 /* of a mangled name that is beyond all measure */

static void append_cut(struct pl_text *text, const char *string, size_t most)
{
	struct pl_text part = {text->start, text->length + most + 1, text->length};

	if (part.capacity > text->capacity)
		part.capacity = text->capacity;
	pl_text_append(&part, "%s", string);
	text->length = part.length;
	if (strlen(string) > most)
		pl_text_append(text, "...");
}

void pl_frame_append(struct pl_text *text, const struct pl_place *place)
{
	if (place->module == NULL) {
		pl_text_append(text, "%p", (void *)place->offset);
		return;
	}
	if (place->function != NULL) {
		append_cut(text, place->function, NAME_MAX_SHOWN);
		pl_text_append(text, "+0x%lx ", place->function_offset);
	}
	pl_text_append(text, "(%s+0x%lx)", place->path, place->offset);
}
