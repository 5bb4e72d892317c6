/* SPDX-License-Identifier: MIT */
/* What the headers of musl do not declare, because musl does not have it. The library has. */
#include <stddef.h>

extern void *pvalloc(size_t size);
