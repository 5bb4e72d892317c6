/* SPDX-License-Identifier: MIT */
/* The table of distinct violations. */
#ifndef PL_SITE_H
#define PL_SITE_H

#include "common/base.h"

#include <phaselock/phaselock.h>

/*
 * Counts a violation at its site, which is made if it is new, and sets violation->count. Returns
 * the suppression that is for the site, which is asked for once, or -1. If the table is full and
 * the site is not in it, count is 0, and what is not suppressed is among pl_site_overflow(). Any
 * thread, signal handlers too; never waits.
 */
int pl_site_count(struct phaselock_violation *violation);

/*
 * Copies up to capacity sites, oldest first, each to a place of so many bytes; returns how many
 * there are. Here and below, those that are suppressed are none. As above.
 */
size_t pl_site_list(void *out, size_t capacity, size_t size);

/*
 * Replaces *site by the one that comes after it in the order of falling counts, the older of two
 * equals first; if first is set, by the first of all. Returns false if there is none. Any thread,
 * signal handlers too.
 */
bool pl_site_next(struct phaselock_violation *site, bool first);

/* Returns how many violations there were, at sites in the table and elsewhere. */
uint64_t pl_site_total(void);

/* Returns how many violations were at sites that are not in the table. */
uint64_t pl_site_overflow(void);

#endif
