/* SPDX-License-Identifier: MIT */
/*
 * Violations in the record of the run, by their sites. Any thread, signal handlers too; no heap
 * request, no lock.
 */
#ifndef PL_WRITTEN_H
#define PL_WRITTEN_H

#include "common/layout.h"

/*
 * Returns the site of a violation in the record, which is made if there is none; NULL if there is
 * no record, or no room in it. The violation's frames are of this thread's stack as it is now.
 */
struct pl_layout_site *pl_written_site(const struct phaselock_violation *violation);

/* Counts a violation at its site; NULL: at none. */
void pl_written_count(struct pl_layout_site *site, const struct phaselock_violation *violation);

#endif
