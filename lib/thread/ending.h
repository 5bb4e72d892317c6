/* SPDX-License-Identifier: MIT */
/* Whether a thread is on its way out. */
#ifndef PL_ENDING_H
#define PL_ENDING_H

#include "common/base.h"

/*
 * Returns whether the calling thread's start routine has returned, or was left by pthread_exit() or
 * cancellation: then it may be too late for libc to call a destructor of a key that is set now.
 * False also where the stack does not tell: it is not read to its end, or libc is not glibc. No
 * heap request, no lock; needs about 4 KiB of stack.
 */
bool pl_ending(void);

#endif
