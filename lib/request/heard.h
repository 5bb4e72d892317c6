/* SPDX-License-Identifier: MIT */
/* Requests that another allocator serves. */
#ifndef PL_HEARD_H
#define PL_HEARD_H

#include "common/base.h"

/*
 * For requests that another allocator serves and tells us of. They are judged and counted as usual,
 * but cannot be denied any more. All that is known of the function is "allocation" or
 * "deallocation".
 */
void pl_heard_allocation(const void *block, size_t size, const void *caller); /* NULL: failed */
void pl_heard_release(const void *block, const void *caller);

#endif
