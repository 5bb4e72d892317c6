/* SPDX-License-Identifier: MIT */
/*
 * The last words of a process: its violations, what was not seen, its statistics. For every
 * function: any thread; no heap request, no stdio, no lock.
 */
#ifndef PL_CLOSING_H
#define PL_CLOSING_H

#include "common/base.h"

#include <phaselock/phaselock.h>

/* Sites beyond the most are not listed. From the constructor. */
void pl_closing_configure(unsigned most);

/* Writes the distinct violations by falling count, if there were any. */
void pl_closing_sites(void);

/* Writes that the requests of a module are not seen. */
void pl_closing_unseen(const struct phaselock_unseen *unseen);

void pl_closing_stats(const struct phaselock_stats *stats);

#endif
