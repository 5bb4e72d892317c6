/* SPDX-License-Identifier: MIT */
/* Frames as the record has them: by modules, which are the same in all processes of a run. */
#ifndef PL_PLACES_H
#define PL_PLACES_H

#include "common/layout.h"
#include "stack/module.h"

/*
 * Writes frames of this thread's stack as it is now in the record's form, and their modules to it.
 * A frame of a module for which there is no room stays an address. Any thread, signal handlers too;
 * no heap request, no lock.
 */
void pl_places_write(struct pl_layout *record, void *const *frames, unsigned count,
		     uint64_t *places);

/* Returns one frame in that form, whose place is known, and writes its module. Likewise. */
uint64_t pl_places_frame(struct pl_layout *record, const void *frame, const struct pl_place *place);

#endif
