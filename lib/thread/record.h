/* SPDX-License-Identifier: MIT */
/*
 * The record of each thread: its scopes, its watches, its counters.
 *
 * A record is mapped, zeroed, never moved and never unmapped. Its owner, the only thread that
 * writes it, keeps it until it is really gone. Then the next new thread takes the record over, with
 * its counts, so that the sum over all records stays right.
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

struct pl_profile_context; /* profile/context.h */

/*
 * What one thread or all threads did. Each count is the flow of the same name in struct
 * phaselock_stats, or part of one.
 */
struct pl_counts {
#define PL_COUNT(name) uint64_t name;
	PL_COUNTS(PL_COUNT)
#undef PL_COUNT
};

/* Who began a scope is kept for the outermost eight only. */
#define PL_SCOPE_PLACES 8

struct PL_CACHE_ALIGNED pl_thread {
	/* written by the owner; PL_FLOWS_IN_WORDS only while the gate is closed */

#define PL_COUNT(name) pl_counter name;
	PL_FLOWS_IN_WORDS(PL_COUNT)
	PL_FLOWS_IN_RECORD(PL_COUNT)
	PL_PARTS_IN_RECORD(PL_COUNT)
#undef PL_COUNT

	/* read and written by the owner only */

	/*
	 * The open scopes, a bit each: 1 for forbid, the innermost lowest. Above the outermost is a
	 * bit that is always set; 0 means no scope, as 1 does. It is one word, so that a signal
	 * handler that nests scopes of its own leaves it as it was, whatever it interrupted.
	 */
	uint64_t scopes;
	uint64_t own_scopes;			   /* see pl_gate_own_begin() */
	const void *scope_places[PL_SCOPE_PLACES]; /* who began them, the outermost first */
	struct phaselock_watch *watch;		   /* the innermost open one, or NULL */
	/* Odd while a watcher runs; its requests are not told. Others wait for a change. */
	_Atomic unsigned watching;
	uint64_t probing;    /* see pl_gate_is_probing() */
	unsigned probe_hits; /* calls that came to us while probing */
	bool counting;	     /* a request is being counted in the record: the gate stays closed */
	bool denied;	     /* its last failed request was forbidden, not short of memory */
	/* What the profile keeps of the thread, and of later owners; NULL: nothing. */
	struct pl_profile_context *profile;
	bool holding; /* its frees hold pages back, which its next request lets go */

	bool shared; /* has no owner: any thread adds to its counters */

	/* written by the owner under the registry's lock, read under it */
	bool exiting;	 /* its thread leaves: words and bytes point to no memory of it */
	bool gone;	 /* its thread is not in this process: it stayed in a fork's parent */
	uint64_t id;	 /* as gettid(2) */
	uintptr_t stack; /* an address on the stack on which the owner registered */
	const struct pl_hot_words *words; /* where the owner's hot path counts */
	struct pl_backend_bytes bytes;	  /* where the owner's bytes are counted */
	uint64_t bytes_last[2];		  /* a copy of those counts, for after the owner's end */
	uint64_t bytes_before[2];	  /* of earlier owners */
	struct pl_counts start;		  /* the counts of earlier owners */
	struct pl_thread *next;		  /* all records, newest first; never changes once set */
};

/* Adds to a counter of a record. Only the owner calls it, if there is one. Not on the hot path. */
static inline void pl_record_add(const struct pl_thread *thread, pl_counter *counter, uint64_t n)
{
	if (PL_UNLIKELY(thread->shared))
		atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
	else
		pl_counter_add(counter, n);
}

#endif
