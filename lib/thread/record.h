/* SPDX-License-Identifier: MIT */
/*
 * The record of each thread: its scopes, its watches, its counters.
 *
 * A record is mapped, zeroed, never moved and never unmapped. It has one owner, the thread that
 * writes it, until that thread is really gone; then the next new thread takes it over with its
 * counts, which stay in the sum.
 */
#ifndef PL_RECORD_H
#define PL_RECORD_H

#include "backend/backend.h"
#include "common/base.h"
#include "thread/counter.h"
#include "thread/flows.h"
#include "thread/hot.h"

#include <phaselock/watch.h>

#include <stdatomic.h>

/*
 * What a thread, or all of them, did. Each is the flow of the same name in struct phaselock_stats,
 * or a part of one.
 */
struct pl_counts {
#define PL_COUNT(name) uint64_t name;
	PL_COUNTS(PL_COUNT)
#undef PL_COUNT
};

/* Who began a scope is kept for the outermost eight only. */
#define PL_SCOPE_PLACES 8

struct PL_CACHE_ALIGNED pl_thread {
	/* written by the owner; those of words while the gate is closed */

#define PL_COUNT(name) pl_counter name;
	PL_FLOWS_IN_WORDS(PL_COUNT)
	PL_FLOWS_IN_RECORD(PL_COUNT)
	PL_PARTS_IN_RECORD(PL_COUNT)
#undef PL_COUNT

	/* the owner's alone */

	/*
	 * The open scopes: a bit each, 1 for forbid, the innermost lowest, and above the outermost
	 * a bit that is always set; 0 is as 1, no scope. One word, so that a signal handler that
	 * nests scopes of its own leaves it as it found it, whatever it interrupted.
	 */
	uint64_t scopes;
	uint64_t own_scopes;			   /* see pl_gate_own_begin() */
	const void *scope_places[PL_SCOPE_PLACES]; /* who began them, the outermost first */
	struct phaselock_watch *watch;		   /* the innermost that is open, or NULL */
	/* Odd while a watcher runs: what it asks for is not told. Others wait for it to change. */
	_Atomic unsigned watching;
	uint64_t probing;    /* see pl_gate_is_probing() */
	unsigned probe_hits; /* calls that came to us while probing */
	bool counting;	     /* a request is being counted in the record: the gate stays closed */
	bool denied;	     /* its last request that failed was forbidden, not short of memory */
	bool holding;	     /* its frees have held pages, which its next request lets go */

	bool shared; /* nobody's own: any thread adds to its counters */

	/* written by the owner under the registry's lock, read under it */
	bool exiting;	 /* its destructor has run: words and bytes point to no memory of its own */
	bool gone;	 /* it is no thread's any more */
	uint64_t id;	 /* as gettid(2) */
	uintptr_t stack; /* a place on the stack on which the present owner registered */
	const struct pl_hot_words *words; /* where the hot path of the present owner counts */
	struct pl_backend_bytes bytes;	  /* where the bytes of the present owner are counted */
	uint64_t bytes_last[2];		  /* a copy of those counts, for when the thread has gone */
	uint64_t bytes_before[2];	  /* of earlier owners */
	struct pl_counts start;		  /* the counts of earlier owners */
	struct pl_thread *next;		  /* all records, newest first; does not change once set */
};

/* Adds to a counter of a record, in the owner's thread if it has one. Not on the hot path. */
static inline void pl_record_add(const struct pl_thread *thread, pl_counter *counter, uint64_t n)
{
	if (PL_UNLIKELY(thread->shared))
		atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
	else
		pl_counter_add(counter, n);
}

#endif
