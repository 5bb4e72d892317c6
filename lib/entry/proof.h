/* SPDX-License-Identifier: MIT */
/* The proof, in words, that the entry points are ours. */
#ifndef PL_PROOF_H
#define PL_PROOF_H

#include "common/base.h"

/*
 * Proves some entry points, a set of PHASELOCK_ENTRY_*, as armed.h says, and reports those that do
 * not come to the library; under `phaselock run` the command reports them. Returns those that
 * another allocator serves. At the start of the process.
 */
unsigned pl_proof(unsigned entries);

#endif
