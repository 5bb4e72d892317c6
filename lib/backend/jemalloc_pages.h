/* SPDX-License-Identifier: MIT */
/* The pages that jemalloc keeps though nobody uses them. */
#ifndef PL_JEMALLOC_PAGES_H
#define PL_JEMALLOC_PAGES_H

#include "common/base.h"

/*
 * Gives all of them back to the kernel, and their address space while the process has one thread.
 * Takes jemalloc's locks, one after the other; from a request that holds none of those.
 */
void pl_jemalloc_pages_release(void);

/*
 * They replace jemalloc's pa_alloc() and base_new() in the file of jemalloc that calls the first
 * for blocks and slabs, and the second for a new arena.
 */
void *pl_jemalloc_pages(void *tsdn, void *shard, size_t size, size_t alignment, bool slab,
			unsigned size_class, bool zero, bool guarded, bool *deferred);
void *pl_jemalloc_base(void *tsdn, unsigned number, const void *hooks, bool by_hooks);

#endif
