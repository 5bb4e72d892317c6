/* SPDX-License-Identifier: MIT */
/* A sanitizer's runtime and this library both define malloc. The sanitizer's has to come first. */
#ifndef PL_SANITIZER_ORDER_H
#define PL_SANITIZER_ORDER_H

#include "common/base.h"

/*
 * Ends the process, and says why, if it has a sanitizer with its own malloc but calls our malloc.
 * No heap request, no lock, no call of an allocator.
 */
void pl_sanitizer_order_require(void);

/* Returns whether the process calls a sanitizer's malloc. */
bool pl_sanitizer_order_is_second(void);

/*
 * Makes the sanitizer that serves the process's requests, if any, set itself up: its interceptors
 * of libc functions do not work before that. The constructor calls it before anything else.
 */
void pl_sanitizer_order_start(void);

#endif
