/* SPDX-License-Identifier: MIT */
/*
 * The malloc family as libc declares it: overflow, the corner cases of realloc, errno. The backend
 * decides what an alignment means; request.h decides what happens to a request.
 */
#define _GNU_SOURCE
#include "entry/interpose.h"

#include "entry/sanitizer_listen.h"
#include "common/os.h"
#include "request/request.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include <phaselock/phaselock.h>

/* Not in the headers of glibc 2.36. */
PL_EXPORT void cfree(void *block);
PL_EXPORT void free_sized(void *block, size_t size);
PL_EXPORT void free_aligned_sized(void *block, size_t alignment, size_t size);

/*
 * Which of our functions another allocator's replace. Such an allocator may have no reallocarray():
 * it counts on libc's, which calls realloc(), so ours does the same. Written by the constructor,
 * read by any thread.
 */
static bool realloc_is_foreign, memalign_is_foreign, free_is_foreign;

void pl_interpose_give_way(unsigned missing)
{
	free_is_foreign = (missing & PHASELOCK_ENTRY_FREE) != 0;
	realloc_is_foreign = free_is_foreign && (missing & PHASELOCK_ENTRY_REALLOC) != 0;
	memalign_is_foreign = free_is_foreign && (missing & PHASELOCK_ENTRY_MEMALIGN) != 0;
}

PL_EXPORT PL_HOT void *malloc(size_t size)
{
	return pl_request_malloc("malloc", size);
}

PL_EXPORT PL_HOT void free(void *block)
{
	pl_request_free("free", block);
}

PL_EXPORT void *calloc(size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return pl_request_overflow("calloc", 0, NULL, PL_CALLER());
	return pl_request_zeroed("calloc", bytes, PL_CALLER());
}

/* The common part of realloc and reallocarray: glibc frees for a size of 0 and returns NULL. */
PL_INLINE void *reallocate(const char *function, void *block, size_t size)
{
	if (block == NULL)
		return pl_request_allocate(function, size, PL_CALLER());
	if (size == 0 && pl_backend_realloc_frees()) {
		pl_request_free(function, block);
		return NULL;
	}
	return pl_request_realloc(function, block, size, PL_CALLER());
}

PL_EXPORT void *realloc(void *block, size_t size)
{
	return reallocate("realloc", block, size);
}

PL_EXPORT void *reallocarray(void *block, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return pl_request_overflow("reallocarray", 0, block, PL_CALLER());
	if (PL_UNLIKELY(realloc_is_foreign))
		return realloc(block, bytes);
	return reallocate("reallocarray", block, bytes);
}

PL_EXPORT int posix_memalign(void **out, size_t alignment, size_t size)
{
	int before = errno, error;
	void *block = pl_request_aligned("posix_memalign", PL_POSIX_MEMALIGN, alignment, size,
					 PL_CALLER());

	if (block == NULL) {
		error = errno;
		/* glibc sets errno, too, but only for lack of memory. */
		if (error != ENOMEM)
			errno = before;
		return error;
	}
	*out = block;
	return 0;
}

PL_EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
	return pl_request_aligned("aligned_alloc", PL_ALIGNED_ALLOC, alignment, size, PL_CALLER());
}

PL_EXPORT void *memalign(size_t alignment, size_t size)
{
	return pl_request_aligned("memalign", PL_MEMALIGN, alignment, size, PL_CALLER());
}

PL_EXPORT void *valloc(size_t size)
{
	return pl_request_aligned("valloc", PL_VALLOC, pl_os_page_size(), size, PL_CALLER());
}

PL_EXPORT void *pvalloc(size_t size)
{
	size_t page = pl_os_page_size();
	size_t bytes;

	if (__builtin_add_overflow(size, page - 1, &bytes))
		return pl_request_overflow("pvalloc", page, NULL, PL_CALLER());
	bytes &= ~(page - 1);
	if (PL_UNLIKELY(memalign_is_foreign))
		return memalign(page, bytes);
	return pl_request_aligned("pvalloc", PL_PVALLOC, page, bytes, PL_CALLER());
}

PL_EXPORT size_t malloc_usable_size(void *block)
{
	/* Check for a probe first: its block may be another allocator's. */
	if (pl_request_probe() || block == NULL)
		return 0;
	return pl_backend_usable_size(block);
}

/* If another allocator serves malloc but has no free_sized, the block is its own. */
PL_INLINE void release(const char *function, void *block)
{
	if (PL_UNLIKELY(free_is_foreign || (pl_sanitizer_listen_active() && block != NULL)))
		free(block);
	else
		pl_request_free(function, block);
}

PL_EXPORT void cfree(void *block)
{
	release("cfree", block);
}

/*
 * C23 7.24.3.4 and 7.24.3.5: the caller promises the size and the alignment, but we do not need
 * them.
 */
PL_EXPORT void free_sized(void *block, size_t size)
{
	(void)size;
	release("free_sized", block);
}

PL_EXPORT void free_aligned_sized(void *block, size_t alignment, size_t size)
{
	(void)alignment;
	(void)size;
	release("free_aligned_sized", block);
}

/* ---- second names ---------------------------------------------------------------------------- */

/*
 * Nobody else can take these names. sanitizer_order.c compares malloc with its own name to tell
 * whose malloc the process calls.
 */
extern PL_HIDDEN void *pl_own_malloc(size_t size)
	__attribute__((alias("malloc"), malloc, alloc_size(1), nothrow, leaf, hot));

#define OWN_NAME(name) extern PL_HIDDEN __typeof__(name) pl_own_##name PL_ALIAS(name)

OWN_NAME(calloc);
OWN_NAME(realloc);
OWN_NAME(reallocarray);
OWN_NAME(free);
OWN_NAME(cfree);
OWN_NAME(posix_memalign);
OWN_NAME(aligned_alloc);
OWN_NAME(memalign);
OWN_NAME(valloc);
OWN_NAME(pvalloc);
OWN_NAME(malloc_usable_size);
OWN_NAME(free_sized);
OWN_NAME(free_aligned_sized);

/*
 * glibc's second names for the same functions. Their blocks may be given to free(), which is ours.
 * A report calls them by the first name.
 */
#define SECOND_NAME(name) PL_EXPORT extern __typeof__(name) __libc_##name PL_ALIAS(name)

SECOND_NAME(malloc);
SECOND_NAME(calloc);
SECOND_NAME(realloc);
SECOND_NAME(free);
SECOND_NAME(memalign);
SECOND_NAME(valloc);
SECOND_NAME(pvalloc);

/* ---- whose names they are -------------------------------------------------------------------- */

/* A function as the dynamic linker bound it, and ours under a name that nobody else can take. */
struct name {
	enum phaselock_entry entry;
	void (*called)(void);
	void (*own)(void);
	unsigned also; /* entries of ours that hand on to this function if it is not ours */
};

#define NAME(entry_, function, also_)                                                              \
	{                                                                                          \
		PHASELOCK_ENTRY_##entry_, (void (*)(void))(function),                              \
			(void (*)(void))pl_own_##function, also_                                   \
	}

static const struct name names[] = {
	NAME(MALLOC, malloc, 0),
	NAME(CALLOC, calloc, 0),
	NAME(REALLOC, realloc, PHASELOCK_ENTRY_REALLOCARRAY),
	NAME(REALLOCARRAY, reallocarray, 0),
	NAME(FREE, free,
	     PHASELOCK_ENTRY_CFREE | PHASELOCK_ENTRY_FREE_SIZED |
		     PHASELOCK_ENTRY_FREE_ALIGNED_SIZED),
	NAME(CFREE, cfree, 0),
	NAME(POSIX_MEMALIGN, posix_memalign, 0),
	NAME(ALIGNED_ALLOC, aligned_alloc, 0),
	NAME(MEMALIGN, memalign, PHASELOCK_ENTRY_PVALLOC),
	NAME(VALLOC, valloc, 0),
	NAME(PVALLOC, pvalloc, 0),
	NAME(MALLOC_USABLE_SIZE, malloc_usable_size, 0),
	NAME(FREE_SIZED, free_sized, 0),
	NAME(FREE_ALIGNED_SIZED, free_aligned_sized, 0),
};

unsigned pl_interpose_elsewhere(void)
{
	unsigned elsewhere = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		/* Volatile: a compiler may think that it knows whether two names differ. */
		void (*volatile called)(void) = names[i].called;

		if (called != names[i].own)
			elsewhere |= (unsigned)names[i].entry | names[i].also;
	}
	return elsewhere;
}
