/* SPDX-License-Identifier: MIT */
/*
 * The last words of a process: its violations, what was not seen, its statistics. All functions:
 * any thread; no heap request, no stdio, no lock.
 */
#ifndef PL_CLOSING_H
#define PL_CLOSING_H

#include "common/base.h"

#include <phaselock/phaselock.h>

/* At most this many sites are listed. From the constructor. */
void pl_closing_configure(unsigned most);

/* Writes the distinct violations, if any, by falling count. */
void pl_closing_sites(void);

/* Writes that the requests of a module are not seen. */
void pl_closing_unseen(const struct phaselock_unseen *unseen);

/*
 * Writes the patterns of hot= that no function matched, if they are to be told, and how many call
 * stacks could not be read to the end.
 */
void pl_closing_hot(bool tell_unmatched);

void pl_closing_stats(const struct phaselock_stats *stats);

#endif
