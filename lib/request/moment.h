/* SPDX-License-Identifier: MIT */
/*
 * The moment at which all processes of a run lock or unlock. All functions: any thread, signal
 * handlers too, no heap request.
 */
#ifndef PL_MOMENT_H
#define PL_MOMENT_H

#include "common/base.h"
#include "common/channel.h"

#include <stdatomic.h>

/*
 * Whether this process follows its run. Written under PL_LOCK_PHASE, read relaxed: the phase is
 * WATCHED or locked since, so whoever reads it late does so at a request that is under way.
 */
extern PL_HIDDEN _Atomic bool pl_moment_is_followed;

/* Returns whether a lock is wanted already. From the constructor. */
bool pl_moment_has_come(void);

/*
 * From here on what the run wants holds in this process, and in those that it forks. What is wanted
 * already is done at once. While it has one thread; again is nothing.
 */
void pl_moment_follow(void);

/* Before this process tells the page of its end. Signals: safe. */
void pl_moment_end(void);

/* This process leaves its run, and keeps its phase. While it has one thread. */
void pl_moment_leave(void);

/* For all processes of the run, this one too. Returns false if there is no run. */
bool pl_moment_say(enum pl_channel_want want);

/* Does what the run wants, unless that is done. Whoever else comes by meanwhile waits for it. */
void pl_moment_do(void);

/*
 * Before a request is judged, and before the phase is asked for or changed: whatever begins after
 * the moment is judged by it. Not with a lock of the library held.
 */
PL_INLINE void pl_moment_look(void)
{
	if (PL_UNLIKELY(atomic_load_explicit(&pl_moment_is_followed, memory_order_relaxed)))
		pl_moment_do();
}

#endif
