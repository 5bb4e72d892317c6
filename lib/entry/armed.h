/* SPDX-License-Identifier: MIT */
/* Proof that the entry points are ours, for a part of them. Sets are of PHASELOCK_ENTRY_*. */
#ifndef PL_ARMED_H
#define PL_ARMED_H

#include "common/base.h"

/* Returns those whose public name does not lead to our function. Nobody else's code is called. */
unsigned pl_armed_elsewhere(void);

/*
 * Returns those of a set by which no request came. Those that pl_armed_elsewhere() names are really
 * used, which is the program's own code, or another allocator's.
 */
unsigned pl_armed_missing(unsigned entries);

#endif
