/* SPDX-License-Identifier: MIT */
/* What jemalloc keeps of pages that nobody uses. */
#ifndef PL_JEMALLOC_PAGES_H
#define PL_JEMALLOC_PAGES_H

#include "common/base.h"

/*
 * Gives all of it back to the kernel, the address space too. Takes jemalloc's locks, one after the
 * other; from a request that holds none.
 */
void pl_jemalloc_pages_release(void);

/*
 * In the place of jemalloc's pa_alloc() and base_new(), in the file of it that calls the first for
 * blocks and slabs and the second for a new arena.
 */
void *pl_jemalloc_pages(void *tsdn, void *shard, size_t size, size_t alignment, bool slab,
			unsigned size_class, bool zero, bool guarded, bool *deferred);
void *pl_jemalloc_base(void *tsdn, unsigned number, const void *hooks, bool by_hooks);

#endif
