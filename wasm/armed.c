/* SPDX-License-Identifier: MIT */
/*
 * Proves that calls reach the guard: calls each entry point as the program does, and through libc
 * where libc calls it, while the guard counts the calls that arrive. It must not know why a call
 * may not arrive.
 */
#define _GNU_SOURCE
#include "guard.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* wasi-libc's headers lack these, and wasi-libc itself most of them. */
extern void cfree(void *block);
extern void free_sized(void *block, size_t size);
extern void free_aligned_sized(void *block, size_t alignment, size_t size);
extern void *memalign(size_t alignment, size_t size);
extern void *valloc(size_t size);
extern void *pvalloc(size_t size);
extern size_t malloc_usable_size(void *block);
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void __libc_free(void *block);

#define SIZE 64

/* Volatile, since the compiler drops a free(NULL) that it can see. */
static void *volatile nothing;

/* Notes an entry as missing if the call did not arrive, and frees what the call returned. */
static void note(unsigned *missing, enum phaselock_entry entry, unsigned before, void *block)
{
	if (pl_guard.hits != before)
		return;
	*missing |= (unsigned)entry;
	/* The block is libc's: free it only if free() leads to libc too. */
	if (block != NULL && (*missing & PHASELOCK_ENTRY_FREE) != 0)
		free(block);
}

#define TAKE(entry, call)                                                                          \
	do {                                                                                       \
		unsigned before = pl_guard.hits;                                                   \
		void *volatile block = (call);                                                     \
                                                                                                   \
		note(&missing, PHASELOCK_ENTRY_##entry, before, block);                            \
	} while (0)
#define GIVE(entry, call)                                                                          \
	do {                                                                                       \
		unsigned before = pl_guard.hits;                                                   \
                                                                                                   \
		call;                                                                              \
		note(&missing, PHASELOCK_ENTRY_##entry, before, NULL);                             \
	} while (0)

static void *take_by_posix_memalign(void)
{
	void *block = NULL;

	return posix_memalign(&block, SIZE, SIZE) == 0 ? block : NULL;
}

unsigned phaselock_armed(void)
{
	unsigned missing = 0;

	pl_guard.probing = true;
	/* These come first: note() must know where free() leads. */
	GIVE(FREE, free(nothing));
	GIVE(FREE, __libc_free(nothing)); /* NOLINT(clang-analyzer-unix.Malloc): it is NULL */
	GIVE(CFREE, cfree(nothing));
	GIVE(FREE_SIZED, free_sized(nothing, SIZE));
	GIVE(FREE_ALIGNED_SIZED, free_aligned_sized(nothing, SIZE, SIZE));
	GIVE(MALLOC_USABLE_SIZE, malloc_usable_size(nothing));
	TAKE(MALLOC, malloc(SIZE));
	TAKE(MALLOC, __libc_malloc(SIZE));
	TAKE(MALLOC, strdup("a call of malloc() inside libc"));
	GIVE(MALLOC, sbrk(0)); /* malloc() gets its memory by it */
	TAKE(CALLOC, calloc(1, SIZE));
	TAKE(CALLOC, __libc_calloc(1, SIZE));
	TAKE(REALLOC, realloc(nothing, SIZE));
	TAKE(REALLOCARRAY, reallocarray(nothing, 1, SIZE));
	TAKE(POSIX_MEMALIGN, take_by_posix_memalign());
	TAKE(ALIGNED_ALLOC, aligned_alloc(SIZE, SIZE));
	TAKE(MEMALIGN, memalign(SIZE, SIZE));
	TAKE(VALLOC, valloc(SIZE));
	TAKE(PVALLOC, pvalloc(SIZE));
	pl_guard.probing = false;
	return PHASELOCK_ENTRY_ALL & ~missing;
}
