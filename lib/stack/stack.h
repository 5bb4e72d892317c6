/* SPDX-License-Identifier: MIT */
/*
 * Which words a walk over call stacks may read without a fault. For every function: any thread,
 * signal handlers too; no lock, no heap request.
 */
#ifndef PL_STACK_H
#define PL_STACK_H

#include "common/base.h"

/* What one walk knows. */
struct pl_stack {
	uintptr_t own_low, own_end; /* bounds of this thread's own stack */
	uintptr_t low;		    /* from here to own_end it can be read for certain */
	uintptr_t pages[4];	    /* others that can be read; 0: none */
	unsigned turn;		    /* which of them is replaced next */
	unsigned changes;	    /* of stack, so far */
};

/*
 * Finds out where the first thread's stack ends and where libc keeps the bounds of others. From the
 * constructor.
 */
void pl_stack_start(void);

/* Begins a walk at this stack pointer. */
void pl_stack_begin(struct pl_stack *stack, uintptr_t pointer);

/*
 * Whether a walk may go from one stack pointer to the next. On one stack it may only go up. From
 * another stack it may go on to the thread's own. any_stack: it may go on to any stack, as after
 * the frame of a signal.
 */
bool pl_stack_may_go(struct pl_stack *stack, uintptr_t from, uintptr_t to, bool any_stack);

/*
 * Whether both addresses are on one stack that can be read all the way between them. If it is not
 * the thread's own, they may be at most 1 MiB apart, and each page costs a system call.
 */
bool pl_stack_joins(struct pl_stack *stack, uintptr_t low, uintptr_t high);

/* Whether an address is on the thread's own stack. */
static inline bool pl_stack_is_own(const struct pl_stack *stack, uintptr_t address)
{
	return address >= stack->own_low && address < stack->own_end;
}

/* The same for frames that were called; most of them are further up on the thread's own stack. */
PL_INLINE bool pl_stack_may_go_on(struct pl_stack *stack, uintptr_t from, uintptr_t to)
{
	return (PL_LIKELY(to > from && to < stack->own_end && from >= stack->own_low) &&
		to % sizeof(uintptr_t) == 0) ||
	       pl_stack_may_go(stack, from, to, false);
}

/*
 * Whether the page of an address can be read. For addresses that pl_stack does not know for
 * certain.
 */
bool pl_stack_has_page(struct pl_stack *stack, uintptr_t address);

/*
 * Reads a word. Returns false if it cannot be read. On the part of the thread's own stack that lies
 * ahead of the walk this costs no system call, elsewhere one a page. no_sanitize: it also reads
 * where a sanitizer has put fences.
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
