/* SPDX-License-Identifier: MIT */
/*
 * What the headers of musl do not declare, because musl does not have it; the library has. Included
 * by the compiler's command line, where it compiles for musl.
 */
#ifndef PL_MUSL_H
#define PL_MUSL_H

#include <stddef.h>

extern void *pvalloc(size_t size);

#endif
