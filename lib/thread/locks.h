/* SPDX-License-Identifier: MIT */
/*
 * The locks of the library. They lie in memory that the kernel zeroes in the child of a fork, and a
 * zeroed lock is open. So nobody needs to hold them around a fork(), whatever other handlers run
 * there, and a child never finds one held by a thread that it does not have, whether it came from
 * fork(), _Fork() or clone(2). A child may still find half a change: the owner of the guarded data
 * has to make it whole (thread.c, stats.c).
 *
 * All functions: any thread, signal handlers too. os.h says what a lock promises.
 */
#ifndef PL_LOCKS_H
#define PL_LOCKS_H

#include "common/base.h"
#include "common/os.h"

enum pl_lock { PL_LOCK_THREADS, PL_LOCK_PHASE, PL_LOCKS };

void pl_lock(enum pl_lock lock, struct pl_os_signals *before);
void pl_unlock(enum pl_lock lock, const struct pl_os_signals *before);

/*
 * Returns true once per process: the first time that its first thread asks. A child of vfork() does
 * not count as a process. Under PL_LOCK_THREADS.
 */
bool pl_locks_are_new(void);

/*
 * Tells the kernel to zero the locks' memory in forked children. Before the first thread registers.
 */
void pl_locks_start(void);

/*
 * Opens the locks in the child of a fork, where the kernel could not. Call it as early as possible.
 */
void pl_locks_fork_child(void);

#endif
