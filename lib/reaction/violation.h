/* SPDX-License-Identifier: MIT */
/* What happens to a request that was judged a violation. */
#ifndef PL_VIOLATION_H
#define PL_VIOLATION_H

#include "common/base.h"
#include "thread/thread.h"

#include <phaselock/phaselock.h>

struct pl_hot_function;

/* A heap request, as its caller made it. */
struct pl_request {
	const char *function; /* lives for ever; the same pointer for the same function */
	size_t size;
	size_t alignment;
	const void *old;
	const void *caller;		   /* the return address of the entry point */
	bool release;			   /* a block is given back, nothing is asked for */
	bool served;			   /* already, by another allocator: it cannot be denied */
	const struct pl_hot_function *hot; /* that it is under, if that is the cause */
};

/*
 * Puts a violation into the table of sites, counts it in its thread's record (NULL: it is not a
 * request, and is not counted), asks the handler or the policy, and reports. If the verdict is
 * ABORT, it does not return; otherwise it returns the verdict, and the caller carries it out. A
 * suppressed request returns ALLOW and is not reported. Any thread, signal handlers too; no heap
 * request, no lock, no stdio; needs about 10 KiB of stack.
 */
enum phaselock_verdict pl_violation(const struct pl_request *request, enum phaselock_cause cause,
				    struct pl_thread *thread);

/*
 * Ends the process by abort(), or by a trap if that is set. A handler of SIGABRT gets every heap
 * request served: it is the last code to run, and a crash reporter needs memory.
 */
_Noreturn void pl_violation_end(void);

/*
 * Waits, at most a second, for reports that other threads are writing: the process is about to end
 * and would cut them off. If a signal handler interrupted a report of this thread, it waits the
 * whole second.
 */
void pl_violation_await_reports(void);

/* In the child of a fork: forgets the reports of other threads, which only the parent has. */
void pl_violation_fork_child(void);

/* Returns whether pl_violation_end() is running on this thread. */
bool pl_violation_ending(void);

/* As phaselock_set_policy(), but in any phase. Also called by the constructor. */
void pl_violation_set_policy(enum phaselock_verdict verdict);

/*
 * Sets how many frames of a call stack are recorded, and whether pl_violation_end() ends by a trap.
 * From the constructor, before any violation.
 */
void pl_violation_configure(unsigned frames, bool by_trap);

#endif
