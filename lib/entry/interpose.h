/* SPDX-License-Identifier: MIT */
/* What the malloc family needs to know of who else is in the process. */
#ifndef PL_INTERPOSE_H
#define PL_INTERPOSE_H

#include "common/base.h"

/*
 * Returns the set of PHASELOCK_ENTRY_* of the malloc family whose names do not lead to our
 * functions, in this process, or whose functions hand on to such a one.
 */
unsigned pl_interpose_elsewhere(void);

/*
 * Some entry points, a set of PHASELOCK_ENTRY_*, are another allocator's. Those of ours that it
 * does not have, and whose blocks its free() or realloc() would be given, go to it as well from
 * now on. From the constructor.
 */
void pl_interpose_give_way(unsigned missing);

#endif
