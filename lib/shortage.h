/* SPDX-License-Identifier: MIT */
/* The word by which a backend tells that it is running out, to whoever wants to know. */
#ifndef PL_SHORTAGE_H
#define PL_SHORTAGE_H

#include "base.h"

/* From the constructor: function is called on the thread that finds the shortage. */
void pl_shortage_tell(void (*function)(void));

/*
 * For a backend, within pl_backend_malloc(): it may be about to fail. The function does not lock,
 * nor allocate, and may be called with locks of the backend held.
 */
void pl_shortage(void);

#endif
