/* SPDX-License-Identifier: MIT */
/* The call stack of this thread. */
#ifndef PL_UNWIND_H
#define PL_UNWIND_H

#include "base.h"

/*
 * Writes the return addresses of this thread's calls, innermost first, to frames: from the one
 * equal to caller on (NULL: all of them), or caller alone if the stack cannot be read so far. One
 * byte before each lies the instruction that the frame is at: a function that a signal interrupted
 * returns nowhere, and is written as one behind the first byte of that instruction, and so is what
 * the handler returns to, unless it is the last frame that there was room for.
 * Returns how many, at most capacity. Makes no heap request and takes no lock once pl_unwind_warm()
 * has run; before that libgcc may set itself up in it. Needs about 2 KiB of stack.
 */
unsigned pl_unwind(void **frames, unsigned capacity, const void *caller);

/*
 * Returns whether a call of function is under way on this thread, so far as the stack can be read.
 * function must not be inlined, and must have something to do after the call it makes. As above.
 */
bool pl_unwind_passes(const void *function);

/* Returns whether address, to which a call returns, lies in function. */
bool pl_unwind_is_in(const void *address, const void *function);

/* Makes the unwinder do its first work, while it may still allocate. */
void pl_unwind_warm(void);

#endif
