/* SPDX-License-Identifier: MIT */
/*
 * What was found out about return addresses while their modules were loaded, for who asks when they
 * may be gone. For every function: any thread, signal handlers too; no lock, no heap request.
 */
#ifndef PL_KEPT_H
#define PL_KEPT_H

#include "common/base.h"
#include "stack/module.h"

/*
 * Keeps the places of those frames whose modules may be unloaded. The modules must be there: frames
 * of this thread's stack. What there is no room for is not kept.
 */
void pl_kept_add(void *const *frames, unsigned count);

/*
 * Finds the place of a frame of any moment, and reads no module that may be unloaded: in such a one
 * the frame's place is the one that was kept last for that address; if there is none,
 * place->module is NULL. What place points to stays.
 */
void pl_kept_find(const void *frame, struct pl_place *place);

#endif
