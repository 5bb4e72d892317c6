/* SPDX-License-Identifier: MIT */
/*
 * What was found out about return addresses while their modules were loaded, for use when the
 * modules may be gone. For every function: any thread, signal handlers too; no lock, no heap
 * request.
 */
#ifndef PL_KEPT_H
#define PL_KEPT_H

#include "common/base.h"
#include "stack/module.h"

/*
 * Keeps the places of those frames whose modules may be unloaded. The modules must be loaded now,
 * as those of this thread's stack are. A place is dropped if there is no room for it.
 */
void pl_kept_add(void *const *frames, unsigned count);

/*
 * Finds the place of a frame, also of an old one. It reads no module that may be unloaded: for a
 * frame in such a module it gives the place kept last for that address, or place->module NULL if
 * there is none. What place points to stays.
 */
void pl_kept_find(const void *frame, struct pl_place *place);

#endif
