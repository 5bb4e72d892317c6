/* SPDX-License-Identifier: MIT */
/* The word by which a backend tells that it has failed a request, to whoever wants to know. */
#ifndef PL_SHORTAGE_H
#define PL_SHORTAGE_H

#include "common/base.h"

/* function is called on the thread whose request has failed. Always the same function. */
void pl_shortage_tell(void (*function)(void));

/*
 * For a backend, once in each pl_backend_malloc() that fails, and in nothing else: the hot path,
 * which jumps there, does not see it. The function does not lock, nor allocate.
 */
void pl_shortage(void);

#endif
