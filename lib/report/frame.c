/* SPDX-License-Identifier: MIT */
/*
 * Frames of call stacks in words, as `phaselock symbolize` reads them. It must not know what they
 * are told for.
 */
#include "report/frame.h"

#define NAME_MAX_SHOWN 400 /* of a mangled name that is beyond all measure */

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
