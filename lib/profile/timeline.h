/* SPDX-License-Identifier: MIT */
/*
 * The timeline of the process: a point now and then, and at each change of the phase. For every
 * function: any thread, signal handlers too; no heap request, no lock.
 */
#ifndef PL_TIMELINE_H
#define PL_TIMELINE_H

#include "common/base.h"

#include <stdatomic.h>

/*
 * Begins a timeline with its first point. may_open: resident memory is read from a file. While the
 * process has one thread.
 */
void pl_timeline_begin(uint64_t now_ns, bool locked, bool may_open);

/* When the next point is due, and the phase of the last one. Relaxed. */
extern PL_HIDDEN _Atomic uint64_t pl_timeline_due_ns;
extern PL_HIDDEN _Atomic bool pl_timeline_locked;

/* Adds a point. What comes while one is added, on another thread, is left to the next one. */
void pl_timeline_add(uint64_t now_ns, bool locked);

PL_INLINE void pl_timeline_look(uint64_t now_ns, bool locked)
{
	if (PL_UNLIKELY(now_ns >= atomic_load_explicit(&pl_timeline_due_ns, memory_order_relaxed) ||
			locked != atomic_load_explicit(&pl_timeline_locked, memory_order_relaxed)))
		pl_timeline_add(now_ns, locked);
}

#endif
