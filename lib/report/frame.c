/* SPDX-License-Identifier: MIT */
/*
 * Writes frames of call stacks as `phaselock symbolize` reads them. It must not know what they are
 * written for.
 */
#include "report/frame.h"

#include "common/wording.h"

void pl_frame_append(struct pl_text *text, const struct pl_place *place)
{
	if (place->module == NULL) {
		pl_text_append(text, "%p", (void *)place->offset);
		return;
	}
	pl_wording_place(text, place->function, place->function_offset, place->path, place->offset);
}
