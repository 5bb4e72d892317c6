/* SPDX-License-Identifier: MIT */
/* The registry of the threads' records. */
#ifndef PL_THREAD_H
#define PL_THREAD_H

#include "base.h"
#include "os.h"
#include "record.h"

/*
 * Returns this thread's record, registering it if it has none; NULL only when the kernel has no
 * memory for it, or for what the backend keeps of a thread. Takes the registry's lock when it
 * registers; os.h says why that is safe.
 */
struct pl_thread *pl_thread_self(void);

/* Returns this thread's record, or NULL if it has none. */
struct pl_thread *pl_thread_registered(void);

/* What an entry point of ours returns to a probe. It begins a page: aligned for any request. */
extern PL_HIDDEN char pl_thread_probe_token[];

/*
 * To be called after a request of a thread that is exiting, whose byte counts nobody else can fetch
 * later.
 */
void pl_thread_keep_bytes(struct pl_thread *thread);

/*
 * Returns the newest record; next leads to all others. Under the lock, after which all but its next
 * may change.
 */
struct pl_thread *pl_thread_newest(void);

/* Reads a record: the caller's own, or any under the registry's lock. */
void pl_thread_counts(const struct pl_thread *thread, struct pl_counts *counts);

/* The registry's lock: no thread registers, exits or forks while it is held. */
void pl_thread_lock(struct pl_os_signals *before);
void pl_thread_unlock(const struct pl_os_signals *before);

/*
 * Adds up all records, of the living and the dead; returns the number of living threads. Under the
 * lock.
 */
uint64_t pl_thread_sum(struct pl_counts *sum);

/* Around fork(): the child keeps the counts of all threads, and the one thread that is left. */
void pl_thread_fork_prepare(void);
void pl_thread_fork_parent(void);
void pl_thread_fork_child(void);

#endif
