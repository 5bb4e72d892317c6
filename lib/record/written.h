/* SPDX-License-Identifier: MIT */
/*
 * Violations in the record of the run, by their sites. Any thread, signal handlers too; no heap
 * request, no lock.
 */
#ifndef PL_WRITTEN_H
#define PL_WRITTEN_H

#include "common/layout.h"

/*
 * Returns the number + 1 of a violation's site in the record, which is made if there is none; 0 if
 * there is no record, or no room in it. The violation's frames are of this thread's stack as it is
 * now.
 */
uint32_t pl_written_site(const struct phaselock_violation *violation);

/* Counts a violation at its site; 0: at none. */
void pl_written_count(uint32_t site, const struct phaselock_violation *violation);

#endif
