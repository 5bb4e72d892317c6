/* SPDX-License-Identifier: MIT */
/*
 * The gate of each thread, and what closes it: scopes, watches, a probe. All functions but
 * pl_gate_count() concern the calling thread. Signal handlers may call them.
 */
#ifndef PL_GATE_H
#define PL_GATE_H

#include "common/base.h"
#include "thread/hot.h"
#include "thread/record.h"

/*
 * The gate of this thread is the sign bit of its own words. Open: a request may pass unless the
 * phase forbids it. Closed: the request must be looked at. Fresh memory is closed, so a thread's
 * first request registers it. The counts are in the record while the gate is closed, and in the
 * words while it is open.
 */
static inline bool pl_gate_is_open(void)
{
	return (pl_counter_read(&pl_hot.own.allocations) & PL_HOT_OPEN) != 0;
}

/*
 * Returns whether this thread's thread-local memory keeps what is written to it. The dynamic linker
 * fills the main thread's only after it has relocated all modules, and resolvers of IFUNCs may make
 * requests before that.
 */
bool pl_gate_memory_stays(void);

/* Opens or closes the gate. Call it after a change to the caller's own record. */
void pl_gate_set(struct pl_thread *thread);

/* Returns the count of any thread: from its word if that is open, else from its record. */
uint64_t pl_gate_count(const pl_counter *word, const pl_counter *kept);

/* What the innermost scope of a thread says. */
enum pl_scope { PL_SCOPE_NONE, PL_SCOPE_PERMIT, PL_SCOPE_FORBID };

enum pl_scope pl_gate_scope(const struct pl_thread *thread);

/*
 * Begins a scope; returns false if scopes are nested too deeply. Ends the innermost scope; returns
 * false if it is of another kind.
 */
bool pl_gate_scope_begin(struct pl_thread *thread, enum pl_scope scope, const void *place);
bool pl_gate_scope_end(struct pl_thread *thread, enum pl_scope scope);

/*
 * The same for a permit scope around requests that the library itself causes. A seal does not end
 * it. These scopes nest.
 */
bool pl_gate_own_begin(struct pl_thread *thread);
void pl_gate_own_end(struct pl_thread *thread);

/* Returns whether such a scope is open. */
bool pl_gate_is_own(const struct pl_thread *thread);

/* Returns the place at which the innermost scope was begun, or NULL if it is not known. */
const void *pl_gate_scope_place(const struct pl_thread *thread);

/*
 * While on, every entry point only reports to the record. The caller keeps signals blocked until it
 * is off again.
 */
void pl_gate_probe(struct pl_thread *thread, bool on);

/* Returns whether a probe is on. No stray write to the record makes this number by chance. */
#define PL_GATE_PROBING UINT64_C(0xa5ced1cab1e5)
static inline bool pl_gate_is_probing(const struct pl_thread *thread)
{
	return thread->probing == PL_GATE_PROBING;
}

/*
 * While on, nothing opens the gate. Otherwise a handler's request that lets pages go could open it
 * under code that is counting in the record. Returns the state before, to be restored at the end.
 */
bool pl_gate_stay_closed(struct pl_thread *thread, bool on);

/* Makes `watch` the innermost watch in the caller's own record. */
void pl_gate_watch(struct pl_thread *thread, struct phaselock_watch *watch);

#endif
