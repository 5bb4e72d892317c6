/* SPDX-License-Identifier: MIT */
/*
 * The locks of the library. They lie in memory that the kernel gives to the child of a fork()
 * zeroed, and zeroed they are open. So nobody holds one around a fork(), whoever else has handlers
 * there, and a child never finds one held by a thread that it does not have, however it was forked:
 * by fork(), _Fork() or clone(2). What a lock guards must be whole again when the lock is
 * (thread.c, stats.c).
 *
 * For each function: any thread, signal handlers too; os.h says what a lock promises.
 */
#ifndef PL_LOCKS_H
#define PL_LOCKS_H

#include "common/base.h"
#include "common/os.h"

enum pl_lock { PL_LOCK_THREADS, PL_LOCK_PHASE, PL_LOCKS };

void pl_lock(enum pl_lock lock, struct pl_os_signals *before);
void pl_unlock(enum pl_lock lock, const struct pl_os_signals *before);

/*
 * Returns true once in each process, the first time that its first thread asks; a child of vfork()
 * is no process here. Under PL_LOCK_THREADS.
 */
bool pl_locks_are_new(void);

/* Before the first thread is registered: has the kernel know of that memory. */
void pl_locks_start(void);

/* In the child of a fork, as early as can be: for kernels that know of no such memory. */
void pl_locks_fork_child(void);

#endif
