/* SPDX-License-Identifier: MIT */
/*
 * Writes frames of call stacks as `phaselock symbolize` reads them. It must not know what they are
 * written for.
 */
#include "report/frame.h"

#define NAME_MAX_SHOWN 400 /* characters of a mangled name; some have no end */

void pl_frame_append(struct pl_text *text, const struct pl_place *place)
{
	if (place->module == NULL) {
		pl_text_append(text, "%p", (void *)place->offset);
		return;
	}
	if (place->function != NULL) {
		pl_text_escape(text, place->function, NAME_MAX_SHOWN);
		pl_text_append(text, "+0x%lx ", place->function_offset);
	}
	pl_text_append(text, "(");
	pl_text_escape(text, place->path, SIZE_MAX);
	pl_text_append(text, "+0x%lx)", place->offset);
}
