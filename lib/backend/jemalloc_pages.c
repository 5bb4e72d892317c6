/* SPDX-License-Identifier: MIT */
/*
 * jemalloc when memory is short. It keeps the pages of freed blocks, and their address space for
 * ever, separately in each arena. A larger block, or one of another arena, may then fail under
 * RLIMIT_AS though little is in use. So before a request fails, all that is kept is given back and
 * the request made again. Pages always go back; address space only while no other thread can be at
 * work in an arena. It must not know whose request it is.
 */
#include "backend/jemalloc_pages.h"

#include <stdatomic.h>
#include <sys/single_threaded.h>

/* No machine has so much: to give pages back does not help. */
#define MOST ((size_t)1 << 47)

/* jemalloc's own. A shard is the part of an arena that manages its pages. */
extern void *je_pa_alloc(void *tsdn, void *shard, size_t size, size_t alignment, bool slab,
			 unsigned size_class, bool zero, bool guarded, bool *deferred);
extern void *je_base_new(void *tsdn, unsigned number, const void *hooks, bool by_hooks);
extern void je_pa_shard_destroy(void *tsdn, void *shard);
extern void je_arena_decay(void *tsdn, void *arena, bool in_background, bool all);
extern unsigned je_narenas_total_get(void);
extern _Atomic(char *) je_arenas[];
extern bool je_opt_hpa;

/*
 * Offset of the shard in its arena. It is the same for all, so whoever comes first stores it. 0:
 * not known.
 */
static _Atomic ptrdiff_t shard_at;

static char *arena_of(unsigned number)
{
	return atomic_load_explicit(&je_arenas[number], memory_order_acquire);
}

/* A shard lies in its arena, which is the nearest one below it. */
static PL_COLD void learn(const char *shard)
{
	ptrdiff_t least = PTRDIFF_MAX;

	for (unsigned i = 0; i < je_narenas_total_get(); i++) {
		const char *arena = arena_of(i);

		if (arena != NULL && arena < shard && shard - arena < least)
			least = shard - arena;
	}
	if (least != PTRDIFF_MAX)
		atomic_store_explicit(&shard_at, least, memory_order_relaxed);
}

void pl_jemalloc_pages_release(void)
{
	ptrdiff_t at = atomic_load_explicit(&shard_at, memory_order_relaxed);

	if (at == 0 || je_opt_hpa) /* with hpa, a destroyed shard cannot be used again */
		return;
	for (unsigned i = 0; i < je_narenas_total_get(); i++) {
		char *arena = arena_of(i);

		if (arena == NULL)
			continue;
		je_arena_decay(NULL, arena, false, true);
		/*
		 * Meant for arenas that nobody uses any more. In one that is in use it frees what
		 * is kept.
		 */
		if (__libc_single_threaded)
			je_pa_shard_destroy(NULL, arena + at);
	}
}

void *pl_jemalloc_pages(void *tsdn, void *shard, size_t size, size_t alignment, bool slab,
			unsigned size_class, bool zero, bool guarded, bool *deferred)
{
	void *pages;

	if (PL_UNLIKELY(atomic_load_explicit(&shard_at, memory_order_relaxed) == 0))
		learn(shard);
	pages = je_pa_alloc(tsdn, shard, size, alignment, slab, size_class, zero, guarded,
			    deferred);
	if (PL_LIKELY(pages != NULL) || size > MOST || alignment > MOST)
		return pages;
	pl_jemalloc_pages_release();
	return je_pa_alloc(tsdn, shard, size, alignment, slab, size_class, zero, guarded, deferred);
}

/* Called with the lock of the list of arenas held, which ranks before those taken here. */
void *pl_jemalloc_base(void *tsdn, unsigned number, const void *hooks, bool by_hooks)
{
	void *base = je_base_new(tsdn, number, hooks, by_hooks);

	if (PL_LIKELY(base != NULL))
		return base;
	pl_jemalloc_pages_release();
	return je_base_new(tsdn, number, hooks, by_hooks);
}
