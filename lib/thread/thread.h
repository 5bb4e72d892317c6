/* SPDX-License-Identifier: MIT */
/* The registry of the threads' records. */
#ifndef PL_THREAD_H
#define PL_THREAD_H

#include "common/base.h"
#include "common/os.h"
#include "thread/record.h"

/*
 * Returns this thread's record, registering it if it has none; NULL when the kernel has no memory
 * for it, or for what the backend keeps of a thread, and while the thread is being registered.
 * Takes the registry's lock when it registers; os.h says why that is safe.
 */
struct pl_thread *pl_thread_self(void);

/* Returns this thread's record, or NULL if it has none. */
struct pl_thread *pl_thread_registered(void);

/*
 * Returns whether this thread is being registered: libc or the backend asks for memory meanwhile.
 */
bool pl_thread_is_entering(void);

/* What an entry point of ours returns to a probe. It begins a page: aligned for any request. */
extern PL_HIDDEN char pl_thread_probe_token[];

/*
 * To be called after a request of a thread that is exiting, whose byte counts nobody else can fetch
 * later.
 */
void pl_thread_keep_bytes(struct pl_thread *thread);

/* Returns the newest record; next leads to all others. All but its next may change. */
struct pl_thread *pl_thread_newest(void);

/* The registry's lock: no thread registers or exits while it is held. Nobody has it over a fork. */
void pl_thread_lock(struct pl_os_signals *before);
void pl_thread_unlock(const struct pl_os_signals *before);

/*
 * Adds up all records, of the living and the dead; returns the number of living threads. Under the
 * lock.
 */
uint64_t pl_thread_sum(struct pl_counts *sum);

/*
 * In the child of a fork, as early as can be: it keeps the counts of all threads, and one thread.
 */
void pl_thread_fork_child(void);

#endif
