/* SPDX-License-Identifier: MIT */
/* The names of the entry points. Any thread, signal handlers too; no heap request. */
#ifndef PL_ENTRIES_H
#define PL_ENTRIES_H

#include "common/format.h"

/* Appends the names of a set of PHASELOCK_ENTRY_*, with commas between. */
void pl_entries_append(struct pl_text *text, uint64_t set);

#endif
