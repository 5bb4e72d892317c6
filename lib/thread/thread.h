/* SPDX-License-Identifier: MIT */
/* The registry of the threads' records. */
#ifndef PL_THREAD_H
#define PL_THREAD_H

#include "common/base.h"
#include "common/os.h"
#include "thread/record.h"

/*
 * Returns this thread's record, and registers the thread first if it has none. Returns NULL while
 * the thread is being registered, and when there is no memory for the record or for what the
 * backend keeps of a thread. Takes the registry's lock to register; os.h says why that is safe.
 */
struct pl_thread *pl_thread_self(void);

/* Returns this thread's record, or NULL if it has none. */
struct pl_thread *pl_thread_registered(void);

/*
 * Returns whether this thread is being registered. libc or the backend may ask for memory
 * meanwhile.
 */
bool pl_thread_is_entering(void);

/* What our entry points return to a probe. It starts a page, so it is aligned for any request. */
extern PL_HIDDEN char pl_thread_probe_token[];

/* Call after a request of an exiting thread: nobody else can fetch its byte counts later. */
void pl_thread_keep_bytes(struct pl_thread *thread);

/*
 * Returns the newest record; its next leads to all others. Any field but next may change meanwhile.
 */
struct pl_thread *pl_thread_newest(void);

/*
 * The registry's lock. While it is held, no thread registers or exits. Nobody holds it over a fork.
 */
void pl_thread_lock(struct pl_os_signals *before);
void pl_thread_unlock(const struct pl_os_signals *before);

/*
 * Adds up all records, of living and dead threads. Returns the number of living threads. Under the
 * lock.
 */
uint64_t pl_thread_sum(struct pl_counts *sum);

/* In the child of a fork, as early as possible: keeps all threads' counts, but only one thread. */
void pl_thread_fork_child(void);

#endif
