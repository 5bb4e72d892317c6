/* SPDX-License-Identifier: MIT */
/* What the malloc family needs to know of who else is in the process. */
#ifndef PL_INTERPOSE_H
#define PL_INTERPOSE_H

#include "base.h"

/*
 * Some entry points, a set of PHASELOCK_ENTRY_*, are another allocator's. Those of ours that it
 * does not have, and whose blocks its free() or realloc() would be given, go to it as well from
 * now on. From the constructor.
 */
void pl_interpose_give_way(unsigned missing);

#endif
