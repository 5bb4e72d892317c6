/* SPDX-License-Identifier: MIT */
/* The proof that the entry points are ours, in words. */
#ifndef PL_PROOF_H
#define PL_PROOF_H

#include "common/base.h"

/*
 * Proves some entry points, a set of PHASELOCK_ENTRY_*, as armed.h says. What does not come to the
 * library is said, by `phaselock run` if it is there. Returns those that another allocator serves.
 * At the start of the process.
 */
unsigned pl_proof(unsigned entries);

#endif
