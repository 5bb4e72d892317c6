/* SPDX-License-Identifier: MIT */
/*
 * The call stack of this thread. For every function: any thread, signal handlers too; no heap
 * request, no lock, and no fault, whatever the stack holds. A system call is made only for memory
 * that is not known to be the thread's own stack, one a page.
 */
#ifndef PL_UNWIND_H
#define PL_UNWIND_H

#include "common/base.h"

/* Why a call stack ends where it does. */
enum pl_unwind_end {
	PL_UNWIND_WHOLE,      /* there the program or the thread began */
	PL_UNWIND_FULL,	      /* there was no more room */
	PL_UNWIND_NO_TABLE,   /* the code that comes next has no unwind table */
	PL_UNWIND_UNREADABLE, /* the tables lead off the stack */
};

/*
 * Writes the return addresses of this thread's calls, innermost first, to frames: from the one
 * equal to caller on (NULL: all of them), or caller alone if the stack cannot be read so far. One
 * byte before each lies the instruction that the frame is at: a function that a signal interrupted
 * returns nowhere, and is written as one behind the first byte of that instruction, and so is what
 * the handler returns to, unless it is the last frame that there was room for. All but caller lie
 * in loaded modules.
 * Returns how many, at most capacity, and sets *end. Needs about 4 KiB of stack.
 */
unsigned pl_unwind(void **frames, unsigned capacity, const void *caller, enum pl_unwind_end *end);

/*
 * Returns whether a call of function is under way on this thread, so far as the stack can be read.
 * function must not be inlined, and must have something to do after the call it makes.
 */
bool pl_unwind_passes(const void *function);

/*
 * A word of the frame of a function, by which it is found again. The function must
 * not be inlined, must have something to do after the call it makes, and must leave the word as it
 * is until it returns.
 */
struct pl_unwind_mark {
	const volatile uintptr_t *word;
	uintptr_t value; /* no other word has it by chance */
};

enum pl_unwind_found {
	PL_UNWIND_FOUND,
	PL_UNWIND_GONE,	   /* it was left, by a return or by longjmp() */
	PL_UNWIND_UNKNOWN, /* the stack cannot be read so far */
};

/*
 * Returns whether the call of function that the mark is of is under way. Where the stack cannot be
 * read to its end, a mark that is unharmed further up on the same stack is taken for one.
 */
enum pl_unwind_found pl_unwind_find(const struct pl_unwind_mark *mark, const void *function);

/* Finds out what there is to know of the process's stacks and tables. From the constructor. */
void pl_unwind_start(void);

#endif
