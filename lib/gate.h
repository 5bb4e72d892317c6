/* SPDX-License-Identifier: MIT */
/*
 * The gate of each thread, and what closes it: scopes, watches, a probe. All is of the caller's own
 * thread; signal handlers too.
 */
#ifndef PL_GATE_H
#define PL_GATE_H

#include "base.h"
#include "record.h"

/*
 * The gate of this thread: its record when a request may pass it unless the phase says no, NULL
 * when the request must be looked at. NULL in the TLS image, so a thread's first request registers
 * it. Written by the thread itself. Initial-exec like all of the library's TLS: a general-dynamic
 * access may call malloc.
 */
extern PL_HIDDEN _Thread_local struct pl_thread *pl_thread_gate;

/* Opens or closes the gate, after something in the caller's own record changed. */
void pl_gate_set(struct pl_thread *thread);

/* How the innermost scope of a thread decides. */
enum pl_scope { PL_SCOPE_NONE, PL_SCOPE_PERMIT, PL_SCOPE_FORBID };

enum pl_scope pl_gate_scope(const struct pl_thread *thread);

/*
 * Begin a scope; false if they are nested too deep. End the innermost; false if it is not of that
 * kind.
 */
bool pl_gate_scope_begin(struct pl_thread *thread, enum pl_scope scope, const void *place);
bool pl_gate_scope_end(struct pl_thread *thread, enum pl_scope scope);

/* Returns the place that the innermost scope was begun with, NULL if it is not known. */
const void *pl_gate_scope_place(const struct pl_thread *thread);

/*
 * Makes every entry point report to the record, with signals blocked by the caller until the end.
 */
void pl_gate_probe(struct pl_thread *thread, bool on);

/* Makes watch the innermost watch of the caller's own record. */
void pl_gate_watch(struct pl_thread *thread, struct phaselock_watch *watch);

#endif
