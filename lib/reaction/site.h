/* SPDX-License-Identifier: MIT */
/* The table of distinct violations. */
#ifndef PL_SITE_H
#define PL_SITE_H

#include "common/base.h"

#include <phaselock/phaselock.h>

/*
 * Counts a violation at its site, makes the site if it is new, and sets violation->count, and the
 * name of the thread unless the site was known. Returns
 * the suppression that matches the site, or -1; a site is matched only once. If the table is full
 * and the site is not in it, count is 0, and pl_site_overflow() counts the violation unless it is
 * suppressed. Any thread, signal handlers too; never waits.
 */
int pl_site_count(struct phaselock_violation *violation);

/*
 * Copies up to capacity sites, oldest first, to elements of the given size. Returns how many sites
 * there are. Here and below, suppressed sites are left out. Any thread, signal handlers too.
 */
size_t pl_site_list(void *out, size_t capacity, size_t size);

/*
 * Replaces *site by the next one in the order of falling counts; of equal counts the older one
 * comes first. If first is set, takes the first of all. Returns false if there is none. Any thread,
 * signal handlers too.
 */
bool pl_site_next(struct phaselock_violation *site, bool first);

/* Returns how many violations there were, inside and outside the table. */
uint64_t pl_site_total(void);

/* Returns how many violations were at sites that are not in the table. */
uint64_t pl_site_overflow(void);

#endif
