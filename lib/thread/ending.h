/* SPDX-License-Identifier: MIT */
/* Whether a thread is on its way out. */
#ifndef PL_ENDING_H
#define PL_ENDING_H

#include "common/base.h"

/*
 * Returns whether the calling thread's start routine has returned, or was left by pthread_exit() or
 * cancellation. From then on libc may be past calling the destructor of a key that is set now. Also
 * returns false when the stack does not tell: it is too deep to read to its end, or libc is not
 * glibc. No heap request, no lock; needs about 4 KiB of stack.
 */
bool pl_ending(void);

#endif
