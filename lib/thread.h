/* SPDX-License-Identifier: MIT */
/*
 * The record of each thread: its gate, its scopes, its counters; and the registry of all records.
 *
 * A record is mapped, zeroed, never moved and never unmapped. It has one owner, the thread that
 * writes it, until that thread is really gone; then the next new thread takes it over with its
 * counts, which stay in the sum.
 */
#ifndef PL_THREAD_H
#define PL_THREAD_H

#include "backend.h"
#include "base.h"
#include "counter.h"
#include "os.h"

#include <phaselock/phaselock.h>
#include <phaselock/watch.h>

#include <stdatomic.h>

/*
 * What a thread, or all of them, did. Each is the flow of the same name in struct phaselock_stats.
 */
struct pl_counts {
	uint64_t allocations;
	uint64_t deallocations;
	uint64_t reallocations;
	uint64_t failed_allocations;
	uint64_t failed_reallocations; /* part of failed_allocations in the public structure */
	uint64_t bytes_requested;
	uint64_t bytes_allocated;
	uint64_t bytes_deallocated;
	uint64_t bytes_reallocated;
	uint64_t locked_attempts;
	uint64_t permitted_attempts;
	uint64_t suppressed_attempts;
	uint64_t locked_deallocations;
};

/* Of deeper scopes is not kept who began them. */
#define PL_SCOPE_PLACES 8

struct pl_thread {
	/* the line of the hot path; written by the owner */
	PL_CACHE_ALIGNED pl_counter allocations;
	pl_counter bytes_requested;
	pl_counter deallocations;

	pl_counter reallocations;
	pl_counter failed_allocations;
	pl_counter failed_reallocations;
	pl_counter bytes_reallocated;
	pl_counter locked_attempts;
	pl_counter permitted_attempts;
	pl_counter suppressed_attempts;
	pl_counter locked_deallocations;

	/* the owner's alone */

	/*
	 * The open scopes: a bit each, 1 for forbid, the innermost lowest, and above the outermost a
	 * bit that is always set; 0 is as 1, no scope. One word, so that a signal handler that nests
	 * scopes of its own leaves it as it found it, whatever it interrupted.
	 */
	uint64_t scopes;
	const void *scope_places[PL_SCOPE_PLACES]; /* who began them, the outermost first */
	struct phaselock_watch *watch;		   /* the innermost that is open, or NULL */
	/* Odd while a watcher runs: what it asks for is not told. Others wait for it to change. */
	_Atomic unsigned watching;
	bool probing;	     /* phaselock_armed() is calling the entry points */
	unsigned probe_hits; /* calls that came to us while probing */
	bool exact;   /* memory ran short here: every request takes the way that sees failures */
	bool suspect; /* the last request may have failed unseen ... */
	uint64_t suspect_bytes; /* ... and did if the backend has handed out no byte since */

	/* written by the owner under the registry's lock, read under it */
	bool exiting;		       /* its destructor has run: bytes points to bytes_last */
	bool gone;		       /* it is no thread's any more */
	uint64_t id;		       /* as gettid(2) */
	struct pl_backend_bytes bytes; /* where the bytes of the present owner are counted */
	uint64_t bytes_last[2];	       /* a copy of those counts, for when the thread has gone */
	uint64_t bytes_before[2];      /* of earlier owners */
	struct pl_counts start;	       /* the counts of earlier owners */
	struct pl_thread *next;	       /* all records, newest first; does not change once set */
};

/*
 * The gate of this thread: its record when a request may pass it unless the phase says no, NULL
 * when the request must be looked at. NULL in the TLS image, so a thread's first request registers
 * it. Written by the thread itself. Initial-exec like all of the library's TLS: a general-dynamic
 * access may call malloc.
 */
extern PL_HIDDEN _Thread_local struct pl_thread *pl_thread_gate;

/*
 * Returns this thread's record, registering it if it has none; NULL only when the kernel has no
 * memory for it, or for what the backend keeps of a thread. Takes the registry's lock when it
 * registers; os.h says why that is safe.
 */
struct pl_thread *pl_thread_self(void);

/* Returns this thread's record, or NULL if it has none. */
struct pl_thread *pl_thread_registered(void);

/* How the innermost scope of a thread decides. */
enum pl_scope { PL_SCOPE_NONE, PL_SCOPE_PERMIT, PL_SCOPE_FORBID };

enum pl_scope pl_thread_scope(const struct pl_thread *thread);

/*
 * Begin a scope; false if they are nested too deep. End the innermost; false if it is not of that
 * kind.
 */
bool pl_thread_scope_begin(struct pl_thread *thread, enum pl_scope scope, const void *place);
bool pl_thread_scope_end(struct pl_thread *thread, enum pl_scope scope);

/* Returns the place that the innermost scope was begun with, NULL if it is not known. */
const void *pl_thread_scope_place(const struct pl_thread *thread);

/*
 * For the backend, by way of shortage.h: the request that this thread makes may be about to fail,
 * and may have left by the jump that does not see it. From now on none of this thread does.
 */
void pl_thread_suspect_failure(void);

/* Before the thread's next request: counts the failure, if it was one. */
void pl_thread_settle(struct pl_thread *thread);

/* What an entry point of ours returns to a probe. It begins a page: aligned for any request. */
extern PL_HIDDEN char pl_thread_probe_token[];

/*
 * Makes every entry point report to the record, with signals blocked by the caller until the end.
 */
void pl_thread_probe(struct pl_thread *thread, bool on);

/* Makes watch the innermost watch of the caller's own record. */
void pl_thread_watch(struct pl_thread *thread, struct phaselock_watch *watch);

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
