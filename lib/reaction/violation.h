/* SPDX-License-Identifier: MIT */
/* What happens to a request that was judged a violation. */
#ifndef PL_VIOLATION_H
#define PL_VIOLATION_H

#include "common/base.h"
#include "thread/thread.h"

#include <phaselock/phaselock.h>

/* A heap request, as its caller made it. */
struct pl_request {
	const char *
		function; /* a string that lives for ever; the same pointer for the same function */
	size_t size;
	size_t alignment;
	const void *old;
	const void *caller; /* the return address of the entry point */
	bool release;	    /* a block is given back: nothing is asked for */
	bool served;	    /* by another allocator, already: it cannot be denied */
};

/*
 * Counts the violation in the record of its thread (NULL: it is no request, and not counted),
 * records it, asks the handler or the policy, and reports. Does not return if the verdict is ABORT;
 * else returns it, and the caller carries it out. A suppressed request returns ALLOW, and is not
 * reported. Any thread, signal handlers too; no heap request, no lock, no stdio; needs about 10 KiB
 * of stack.
 */
enum phaselock_verdict pl_violation(const struct pl_request *request, enum phaselock_cause cause,
				    struct pl_thread *thread);

/*
 * Ends the process by abort(), or by a trap if that is set. Whatever a handler of SIGABRT then asks
 * of the heap is served: it is the last that runs, and a crash reporter needs it.
 */
_Noreturn void pl_violation_end(void);

/*
 * Waits for reports that other threads are writing, a second at most: the process is about to end,
 * and would cut them off. Waits in vain for one of this thread, if a signal handler interrupted it.
 */
void pl_violation_await_reports(void);

/* In the child of a fork: what other threads were reporting is their process's. */
void pl_violation_fork_child(void);

/* Returns whether pl_violation_end() is under way on this thread. */
bool pl_violation_ending(void);

/* As phaselock_set_policy(), and from the constructor, whatever the phase. */
void pl_violation_set_policy(enum phaselock_verdict verdict);

/*
 * How many frames of a call stack are recorded, and whether pl_violation_end() ends by a trap.
 * Before any violation, from the constructor.
 */
void pl_violation_configure(unsigned frames, bool by_trap);

#endif
