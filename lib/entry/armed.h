/* SPDX-License-Identifier: MIT */
/* Proves that entry points are ours, for some of them. Sets are of PHASELOCK_ENTRY_*. */
#ifndef PL_ARMED_H
#define PL_ARMED_H

#include "common/base.h"

/* Returns those whose public name does not lead to our function. Calls nobody else's code. */
unsigned pl_armed_elsewhere(void);

/*
 * Returns those of a set whose calls did not reach us. Those that pl_armed_elsewhere() returns are
 * really used: that runs the program's own code, or another allocator's.
 */
unsigned pl_armed_missing(unsigned entries);

#endif
