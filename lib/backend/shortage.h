/* SPDX-License-Identifier: MIT */
/* How a backend announces that it has failed a request. */
#ifndef PL_SHORTAGE_H
#define PL_SHORTAGE_H

#include "common/base.h"

/* Sets the function to call, on the thread whose request has failed. It is always the same one. */
void pl_shortage_tell(void (*function)(void));

/*
 * A backend calls this once in each pl_backend_malloc() that fails, and nowhere else: the hot path
 * ends with a jump there, and does not see the failure. The function neither locks nor allocates.
 */
void pl_shortage(void);

#endif
