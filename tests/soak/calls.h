/* SPDX-License-Identifier: MIT */
/*
 * The family as the soak calls it: those that take a block, and for each those that give it back.
 */
#ifndef CALLS_H
#define CALLS_H

#include "../behaviour/cxx_names.h"
#include "pattern.h"

#include <malloc.h>
#include <stdlib.h>

/* Not in the headers of glibc 2.36. */
extern void cfree(void *block);
extern void free_sized(void *block, size_t size);
extern void free_aligned_sized(void *block, size_t alignment, size_t size);

#define ALIGNMENT 64

enum giver { BY_FREE, BY_DELETE, BY_DELETE_ALIGNED };

#define TAKE(name, expression)                                                                     \
	static void *take_##name(size_t size)                                                      \
	{                                                                                          \
		return opaque(expression);                                                         \
	}

static inline void *checked_posix_memalign(size_t size)
{
	void *block = NULL;

	return posix_memalign(&block, ALIGNMENT, size) == 0 ? block : NULL;
}

TAKE(malloc, malloc(size))
TAKE(calloc, calloc(1, size))
TAKE(realloc, realloc(NULL, size))
TAKE(reallocarray, reallocarray(NULL, 1, size))
TAKE(posix_memalign, checked_posix_memalign(size))
TAKE(aligned_alloc, aligned_alloc(ALIGNMENT, size))
TAKE(memalign, memalign(ALIGNMENT, size))
TAKE(valloc, valloc(size))
TAKE(pvalloc, pvalloc(size))
TAKE(new, new_plain(size))
TAKE(new_array, new_array(size))
TAKE(new_nothrow, new_nothrow(size, ""))
TAKE(new_array_nothrow, new_array_nothrow(size, ""))
TAKE(new_aligned, new_aligned(size, ALIGNMENT))
TAKE(new_array_aligned, new_array_aligned(size, ALIGNMENT))
TAKE(new_aligned_nothrow, new_aligned_nothrow(size, ALIGNMENT, ""))
TAKE(new_array_aligned_nothrow, new_array_aligned_nothrow(size, ALIGNMENT, ""))

static const struct taker {
	void *(*call)(size_t size);
	enum giver giver;
	bool by_call;	  /* may be asked for what there is not */
	bool zeroes;	  /* the block */
	bool page;	  /* aligned to a page: kept small */
	bool whole_pages; /* asked of the library */
	bool throws;	  /* where it is refused */
} takers[] = {
	/* malloc thrice: it is the one that counts, and the first is the one for want of another */
	{take_malloc, BY_FREE, .by_call = true},
	{take_malloc, BY_FREE, .by_call = true},
	{take_malloc, BY_FREE, .by_call = true},
	{take_calloc, BY_FREE, .by_call = true, .zeroes = true},
	{take_realloc, BY_FREE, .by_call = true},
	{take_reallocarray, BY_FREE, .by_call = true},
	{take_posix_memalign, BY_FREE, .by_call = true},
	{take_aligned_alloc, BY_FREE, .by_call = true},
	{take_memalign, BY_FREE, .by_call = true},
	{take_valloc, BY_FREE, .page = true},
	{take_pvalloc, BY_FREE, .page = true, .whole_pages = true},
	{take_new, BY_DELETE, .throws = true},
	{take_new_array, BY_DELETE, .throws = true},
	{take_new_nothrow, BY_DELETE, .by_call = true},
	{take_new_array_nothrow, BY_DELETE, .by_call = true},
	{take_new_aligned, BY_DELETE_ALIGNED, .throws = true},
	{take_new_array_aligned, BY_DELETE_ALIGNED, .throws = true},
	{take_new_aligned_nothrow, BY_DELETE_ALIGNED, .by_call = true},
	{take_new_array_aligned_nothrow, BY_DELETE_ALIGNED, .by_call = true},
};

#define TAKERS (sizeof(takers) / sizeof(takers[0]))

#define GIVE(name, statement)                                                                      \
	static void give_##name(const struct block *block)                                         \
	{                                                                                          \
		statement;                                                                         \
	}

GIVE(free, free(block->address))
GIVE(cfree, cfree(block->address))
GIVE(free_sized, free_sized(block->address, block->size))
GIVE(free_aligned, free_aligned_sized(block->address, ALIGNMENT, block->size))
GIVE(realloc, CHECK(realloc(block->address, 0) == NULL))
GIVE(reallocarray, CHECK(reallocarray(block->address, 0, 8) == NULL))
GIVE(delete, delete_plain(block->address))
GIVE(delete_array, delete_array(block->address))
GIVE(delete_sized, delete_sized(block->address, block->size))
GIVE(delete_array_sized, delete_array_sized(block->address, block->size))
GIVE(delete_nothrow, delete_nothrow(block->address, ""))
GIVE(delete_array_nothrow, delete_array_nothrow(block->address, ""))
GIVE(delete_aligned, delete_aligned(block->address, ALIGNMENT))
GIVE(delete_array_aligned, delete_array_aligned(block->address, ALIGNMENT))
GIVE(delete_sized_aligned, delete_sized_aligned(block->address, block->size, ALIGNMENT))
GIVE(delete_array_sized_aligned, delete_array_sized_aligned(block->address, block->size, ALIGNMENT))
GIVE(delete_array_aligned_nothrow, delete_array_aligned_nothrow(block->address, ALIGNMENT, ""))
GIVE(delete_aligned_nothrow, delete_aligned_nothrow(block->address, ALIGNMENT, ""))

static const struct {
	size_t count;
	void (*calls[6])(const struct block *block);
} givers[] = {
	{6,
	 {give_free, give_cfree, give_free_sized, give_free_aligned, give_realloc,
	  give_reallocarray}},
	{6,
	 {give_delete, give_delete_array, give_delete_sized, give_delete_array_sized,
	  give_delete_nothrow, give_delete_array_nothrow}},
	{6,
	 {give_delete_aligned, give_delete_array_aligned, give_delete_sized_aligned,
	  give_delete_aligned_nothrow, give_delete_array_sized_aligned,
	  give_delete_array_aligned_nothrow}},
};

#endif
