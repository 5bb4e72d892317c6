/* SPDX-License-Identifier: MIT */
/*
 * The gate of each thread, and what closes it: scopes, watches, a probe. All is of the caller's own
 * thread; signal handlers too.
 */
#ifndef PL_GATE_H
#define PL_GATE_H

#include "common/base.h"
#include "thread/hot.h"
#include "thread/record.h"

/*
 * The gate of this thread is the sign of its own words: open when a request may pass unless the
 * phase says no, closed when it must be looked at. Closed in fresh memory, so a thread's first
 * request registers it. While it is closed the record holds the counts, and while it is open the
 * words do.
 */
static inline bool pl_gate_is_open(void)
{
	return (pl_counter_read(&pl_hot.own.allocations) & PL_HOT_OPEN) != 0;
}

/*
 * Whether this thread's memory stays as it is written. The dynamic linker fills the main thread's
 * when it has relocated all modules, which may make requests before, by the resolvers of IFUNCs.
 */
bool pl_gate_memory_stays(void);

/* Opens or closes the gate, after something in the caller's own record changed. */
void pl_gate_set(struct pl_thread *thread);

/* Returns the count that a word with a sign and the record hold together, of any thread. */
uint64_t pl_gate_count(const pl_counter *word, const pl_counter *kept);

/* How the innermost scope of a thread decides. */
enum pl_scope { PL_SCOPE_NONE, PL_SCOPE_PERMIT, PL_SCOPE_FORBID };

enum pl_scope pl_gate_scope(const struct pl_thread *thread);

/*
 * Begin a scope; false if they are nested too deep. End the innermost; false if it is not of that
 * kind.
 */
bool pl_gate_scope_begin(struct pl_thread *thread, enum pl_scope scope, const void *place);
bool pl_gate_scope_end(struct pl_thread *thread, enum pl_scope scope);

/*
 * The same for a permit scope in which the library itself causes requests: the seal does not end
 * it. They nest.
 */
bool pl_gate_own_begin(struct pl_thread *thread);
void pl_gate_own_end(struct pl_thread *thread);

/* Returns whether such a scope is open. */
bool pl_gate_is_own(const struct pl_thread *thread);

/* Returns the place that the innermost scope was begun with, NULL if it is not known. */
const void *pl_gate_scope_place(const struct pl_thread *thread);

/*
 * Makes every entry point report to the record, with signals blocked by the caller until the end.
 */
void pl_gate_probe(struct pl_thread *thread, bool on);

/* Returns whether that is so: by a number that no stray write to the record makes. */
#define PL_GATE_PROBING UINT64_C(0xa5ced1cab1e5)
static inline bool pl_gate_is_probing(const struct pl_thread *thread)
{
	return thread->probing == PL_GATE_PROBING;
}

/*
 * While it is on nothing opens the gate, so who counts in the record is not overtaken by a handler
 * whose request lets pages go. Returns what it was before, to be given back at the end.
 */
bool pl_gate_stay_closed(struct pl_thread *thread, bool on);

/* Makes watch the innermost watch of the caller's own record. */
void pl_gate_watch(struct pl_thread *thread, struct phaselock_watch *watch);

#endif
