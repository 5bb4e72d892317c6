/* SPDX-License-Identifier: MIT */
/*
 * The backend over the allocator that a program of musl would have had. There is no arena, because
 * musl's dlsym() makes no request when it finds a name. musl's calloc() and posix_memalign() call
 * the public malloc() and aligned_alloc(), which are ours; so only malloc(), free(), realloc() and
 * aligned_alloc() are called, which lead into the allocator itself. It must not know how requests
 * are judged, but it counts bytes.
 */
#define _GNU_SOURCE
#include "backend/backend.h"

#include "backend/contract.h"
#include "backend/next.h"
#include "backend/shortage.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

static PL_COLD void look(void)
{
	NEXT_IS(malloc, dlsym(RTLD_NEXT, "malloc"));
	NEXT_IS(free, dlsym(RTLD_NEXT, "free"));
	NEXT_IS(realloc, dlsym(RTLD_NEXT, "realloc"));
	NEXT_IS(aligned_alloc, dlsym(RTLD_NEXT, "aligned_alloc"));
	NEXT_IS(usable_size, dlsym(RTLD_NEXT, "malloc_usable_size"));
	next_set_found();
}

static inline void get_ready(void)
{
	if (PL_UNLIKELY(!next_is_found()))
		look();
}

/* ---- bytes ----------------------------------------------------------------------------------- */

static _Thread_local struct {
	uint64_t allocated;
	uint64_t deallocated;
} bytes_of_thread;

void pl_backend_thread_bytes(struct pl_backend_bytes *bytes)
{
	bytes->allocated = &bytes_of_thread.allocated;
	bytes->deallocated = &bytes_of_thread.deallocated;
}

size_t pl_backend_usable_size(const void *block)
{
	get_ready();
	return NEXT(usable_size)((void *)(uintptr_t)block);
}

static void *taken(void *block)
{
	if (block != NULL)
		bytes_of_thread.allocated += pl_backend_usable_size(block);
	return block;
}

/* ---- the backend ----------------------------------------------------------------------------- */

static void *take(size_t size)
{
	get_ready();
	return taken(NEXT(malloc)(size));
}

void *pl_backend_malloc(size_t size)
{
	void *block = take(size);

	if (block == NULL)
		pl_shortage();
	return block;
}

void *pl_backend_calloc(size_t size)
{
	void *block = take(size);

	return block != NULL ? memset(block, 0, size) : NULL;
}

/* Follows glibc's rules, as the other libraries do: musl's own differ between versions too. */
void *pl_backend_aligned(enum pl_aligned function, size_t alignment, size_t size)
{
	if (!pl_contract_apply(function, &alignment))
		return NULL;
	get_ready();
	return taken(NEXT(aligned_alloc)(alignment, size));
}

void pl_backend_free(void *block)
{
	int saved = errno;

	if (block == NULL)
		return;
	bytes_of_thread.deallocated += pl_backend_usable_size(block);
	NEXT(free)(block);
	errno = saved;
}

size_t pl_backend_free_apart(void *block)
{
	int saved = errno;
	size_t size = pl_backend_usable_size(block);

	NEXT(free)(block);
	errno = saved;
	return size;
}

/* musl's allocator keeps nothing of a thread. */
void pl_backend_thread_end(void)
{
}

void *pl_backend_realloc(void *block, size_t size)
{
	size_t old = pl_backend_usable_size(block);
	void *moved = NEXT(realloc)(block, size);

	if (moved != NULL)
		bytes_of_thread.deallocated += old;
	return taken(moved);
}

bool pl_backend_realloc_frees(void)
{
	return true;
}

/* musl gives pages back as it sees fit, and has no setting for it. */
void pl_backend_hold(void)
{
}

void pl_backend_let_go(void)
{
}
