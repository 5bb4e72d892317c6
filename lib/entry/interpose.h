/* SPDX-License-Identifier: MIT */
/* What the malloc family has to know about other allocators in the process. */
#ifndef PL_INTERPOSE_H
#define PL_INTERPOSE_H

#include "common/base.h"

/*
 * Returns the set of PHASELOCK_ENTRY_* of the malloc family that do not lead to our functions in
 * this process, or lead to one of ours that hands on to such a function.
 */
unsigned pl_interpose_elsewhere(void);

/*
 * Tells the family that some entry points, a set of PHASELOCK_ENTRY_*, are another allocator's.
 * From now on, our functions that this allocator lacks go to it as well, if their blocks would come
 * to its free() or realloc(). From the constructor.
 */
void pl_interpose_give_way(unsigned missing);

#endif
