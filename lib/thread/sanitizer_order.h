/* SPDX-License-Identifier: MIT */
/* A sanitizer's runtime and this library both define malloc: the sanitizer's has to be in front. */
#ifndef PL_SANITIZER_ORDER_H
#define PL_SANITIZER_ORDER_H

#include "common/base.h"

/*
 * Ends the process, saying why, if the process has a sanitizer with a malloc of its own and calls
 * ours instead. No heap request, no lock, no call of an allocator.
 */
void pl_sanitizer_order_require(void);

/* Returns whether a sanitizer's malloc is the one that the process calls. */
bool pl_sanitizer_order_is_second(void);

/*
 * Has the sanitizer that serves the requests of the process set itself up, if there is one: it has
 * functions in front of many of libc's, which do not work before. From the constructor, first of
 * all.
 */
void pl_sanitizer_order_start(void);

#endif
