/* SPDX-License-Identifier: MIT */
/*
 * Which words a walk over call stacks may read: none that faults. For every function: any thread,
 * signal handlers too; no lock, no heap request.
 */
#ifndef PL_STACK_H
#define PL_STACK_H

#include "common/base.h"

/* What one walk knows. */
struct pl_stack {
	uintptr_t own_low,
		own_end;    /* of this thread's own stack: no word outside is taken for it */
	uintptr_t low;	    /* from here to own_end it is there for certain */
	uintptr_t pages[4]; /* others that are there; 0: none */
	unsigned turn;	    /* which of them is replaced next */
	unsigned changes;   /* of stack, so far */
};

/* Finds out where the first thread's stack ends and where libc keeps such; from the constructor. */
void pl_stack_start(void);

/* Begins a walk at this stack pointer. */
void pl_stack_begin(struct pl_stack *stack, uintptr_t pointer);

/*
 * Whether a walk may go from one stack pointer to the next. A stack goes one way. From another
 * stack than the thread's own it may go on there; any_stack: or anywhere, as behind the frame of a
 * signal.
 */
bool pl_stack_may_go(struct pl_stack *stack, uintptr_t from, uintptr_t to, bool any_stack);

/*
 * Whether both are on one stack, of which all is there between them, the second at most 1 MiB above
 * the first if it is not the thread's own. A system call for each page of another stack.
 */
bool pl_stack_joins(struct pl_stack *stack, uintptr_t low, uintptr_t high);

/* Whether an address is on the thread's own stack. */
static inline bool pl_stack_is_own(const struct pl_stack *stack, uintptr_t address)
{
	return address >= stack->own_low && address < stack->own_end;
}

/* Whether a page outside of what is there for certain is there. */
bool pl_stack_has_page(struct pl_stack *stack, uintptr_t address);

/*
 * Reads a word. Returns false if it is not there. No system call for a word of the thread's own
 * stack, in front of the walk; for others one a page. no_sanitize: also where a sanitizer has put
 * fences.
 */
static inline __attribute__((no_sanitize("address"))) bool pl_stack_read(struct pl_stack *stack,
									 uintptr_t address,
									 uintptr_t *word)
{
	if (PL_UNLIKELY(address % sizeof(*word) != 0) ||
	    (PL_UNLIKELY(address < stack->low || address >= stack->own_end) &&
	     (address == 0 || !pl_stack_has_page(stack, address))))
		return false;
	*word = *(const uintptr_t *)address;
	return true;
}

#endif
