/* SPDX-License-Identifier: MIT */
/* Other copies of this library in the process. */
#ifndef PL_COPY_H
#define PL_COPY_H

#include "common/base.h"

/*
 * Returns whether a function lies in another loaded object than this copy does, and that object has
 * a copy in it, of whatever version. Heap: none. From the constructor.
 */
bool pl_copy_serves(uintptr_t function);

/*
 * Returns whether calls of the program go to another copy, and not to this one. Heap: none. From
 * the constructor on.
 */
bool pl_copy_is_in_front(void);

#endif
