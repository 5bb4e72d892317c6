/* SPDX-License-Identifier: MIT */
/*
 * The call stack of this thread. For every function: any thread, signal handlers too; no heap
 * request, no lock, and no fault, whatever the stack holds. A system call is made only for memory
 * that is not known to be the thread's own stack, one a page.
 */
#ifndef PL_UNWIND_H
#define PL_UNWIND_H

#include "common/base.h"
#include "stack/object.h"

/* Why a call stack ends where it does. */
enum pl_unwind_end {
	PL_UNWIND_WHOLE,      /* the program or the thread began there */
	PL_UNWIND_FULL,	      /* there is no more room */
	PL_UNWIND_NO_TABLE,   /* the next code has no unwind table */
	PL_UNWIND_UNREADABLE, /* the tables lead off the stack */
};

/*
 * Writes the return addresses of this thread's calls, innermost first, to frames: from the one
 * equal to caller on (NULL: all of them), or caller alone if the stack cannot be read so far. All
 * but caller lie in loaded modules. Returns how many, at most capacity, and sets *end. Needs about
 * 4 KiB of stack.
 *
 * The instruction that a frame is at lies one byte before its address. A function that a signal
 * interrupted returns nowhere, so it gets the address behind the first byte of its instruction. So
 * does what the handler returns to, unless it is the last frame that there was room for.
 */
unsigned pl_unwind(void **frames, unsigned capacity, const void *caller, enum pl_unwind_end *end);

/*
 * Returns a number that changes when addresses given before may mean other code now: pl_unwind()
 * met a module in the place of one that was unloaded. To be read after the walk, while its calls
 * are still under way. Then equal addresses of two walks mean the same code if the numbers are
 * equal, too. It says nothing of code in no module. Modules without a build-id are told apart by
 * where they lie, by their name and by their ELF header. Fast.
 */
uint64_t pl_unwind_generation(void);

/* A frame, while a walk is at it. */
struct pl_unwind_frame {
	uintptr_t instruction; /* where the frame is, or the last byte of that */
	const struct pl_object
		*object; /* the loaded module, NULL for the caller's if there is none */
};

/*
 * Calls look for the same frames, as many as there are, until it returns true. Returns why it has
 * ended; PL_UNWIND_FULL: look said so. Needs about 4 KiB of stack.
 */
enum pl_unwind_end pl_unwind_each(const void *caller,
				  bool (*look)(const struct pl_unwind_frame *frame, void *argument),
				  void *argument);

/*
 * Returns whether a call of function is under way on this thread, as far as the stack can be read.
 * function must not be inlined, and must have something to do after the call it makes.
 */
bool pl_unwind_passes(const void *function);

/*
 * A word in the frame of a function, by which the frame is found again. The function must not be
 * inlined, must have something to do after the call it makes, and must leave the word alone until
 * it returns.
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
 * Returns whether the marked call of function is under way. Where the stack cannot be read to its
 * end, an unharmed mark further up on the same stack counts as found.
 */
enum pl_unwind_found pl_unwind_find(const struct pl_unwind_mark *mark, const void *function);

/* Finds out what can be known of the process's stacks and tables. From the constructor. */
void pl_unwind_start(void);

#endif
