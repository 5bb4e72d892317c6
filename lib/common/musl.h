/* SPDX-License-Identifier: MIT */
/*
 * Declares what the library has and musl does not. The compiler's command line includes it when it
 * compiles for musl.
 */
#ifndef PL_MUSL_H
#define PL_MUSL_H

#include <stddef.h>

extern void *pvalloc(size_t size);

#endif
