/* SPDX-License-Identifier: MIT */
/*
 * Every entry point of the family, once: its name in tests and how it is called. The calls use
 * these variables, which the user of a list must define: `size`, `count` (of parts of that size)
 * and `alignment` of the request, and `block` to free or resize. lib/entry/armed.c and
 * tools/check-exports keep lists of their own, since a proof must share nothing with what it
 * proves.
 *
 * _GNU_SOURCE must be defined before the first include.
 */
#ifndef ENTRY_POINTS_H
#define ENTRY_POINTS_H

#include "behaviour.h"
#include "cxx_names.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

/* The headers of glibc 2.36 lack these. */
extern void cfree(void *block);
extern void free_sized(void *block, size_t size);
extern void free_aligned_sized(void *block, size_t alignment, size_t size);

static char entry_points_marker;

/*
 * posix_memalign() returns its error and leaves its argument alone; this sets errno for the common
 * check. It is always inlined, so that a report shows the named function as the caller.
 */
__attribute__((always_inline)) static inline void *checked_posix_memalign(size_t alignment,
									  size_t size)
{
	void *block = &entry_points_marker;
	int error = posix_memalign(&block, alignment, size);

	if (error == 0)
		return block;
	CHECK(block == &entry_points_marker);
	errno = error;
	return NULL;
}

/* ---- those that return a block: TAKE(name, call, what gives it back) ------------------------- */

#define TAKE_PLAIN(TAKE)                                                                           \
	TAKE(malloc, malloc(size), free)                                                           \
	TAKE(realloc_null, realloc(NULL, size), free)                                              \
	TAKE(reallocarray_null, reallocarray(NULL, count, size / count), free)

#define TAKE_ZEROED(TAKE) TAKE(calloc, calloc(count, size / count), free)

/* These resize a given block. */
#define TAKE_RESIZED(TAKE)                                                                         \
	TAKE(realloc, realloc(block, size), free)                                                  \
	TAKE(reallocarray, reallocarray(block, count, size / count), free)

#define TAKE_ALIGNED(TAKE)                                                                         \
	TAKE(posix_memalign, checked_posix_memalign(alignment, size), free)                        \
	TAKE(aligned_alloc, aligned_alloc(alignment, size), free)                                  \
	TAKE(memalign, memalign(alignment, size), free)

#define TAKE_PAGE(TAKE) TAKE(valloc, valloc(size), free)
#define TAKE_WHOLE_PAGES(TAKE) TAKE(pvalloc, pvalloc(size), free)

#define TAKE_NEW(TAKE)                                                                             \
	TAKE(new, new_plain(size), delete_plain)                                                   \
	TAKE(new_array, new_array(size), delete_array)

#define TAKE_NEW_NOTHROW(TAKE)                                                                     \
	TAKE(new_nothrow, new_nothrow(size, ""), delete_plain)                                     \
	TAKE(new_array_nothrow, new_array_nothrow(size, ""), delete_array)

#define TAKE_NEW_ALIGNED(TAKE)                                                                     \
	TAKE(new_aligned, new_aligned(size, alignment), release_aligned)                           \
	TAKE(new_array_aligned, new_array_aligned(size, alignment), release_array_aligned)

#define TAKE_NEW_ALIGNED_NOTHROW(TAKE)                                                             \
	TAKE(new_aligned_nothrow, new_aligned_nothrow(size, alignment, ""), release_aligned)       \
	TAKE(new_array_aligned_nothrow, new_array_aligned_nothrow(size, alignment, ""),            \
	     release_array_aligned)

#define TAKE_ALL(TAKE)                                                                             \
	TAKE_PLAIN(TAKE)                                                                           \
	TAKE_ZEROED(TAKE)                                                                          \
	TAKE_ALIGNED(TAKE)                                                                         \
	TAKE_PAGE(TAKE)                                                                            \
	TAKE_WHOLE_PAGES(TAKE)                                                                     \
	TAKE_NEW(TAKE)                                                                             \
	TAKE_NEW_NOTHROW(TAKE)                                                                     \
	TAKE_NEW_ALIGNED(TAKE)                                                                     \
	TAKE_NEW_ALIGNED_NOTHROW(TAKE)

/* ---- those that give one back: GIVE(name, call) ---------------------------------------------- */

#define GIVE_FREE(GIVE)                                                                            \
	GIVE(free, free(block))                                                                    \
	GIVE(cfree, cfree(block))                                                                  \
	GIVE(free_sized, free_sized(block, size))                                                  \
	GIVE(free_aligned_sized, free_aligned_sized(block, alignment, size))                       \
	GIVE(realloc, CHECK(block == NULL || realloc(block, 0) == NULL))                           \
	GIVE(reallocarray, CHECK(block == NULL || reallocarray(block, 0, 8) == NULL))

#define GIVE_DELETE(GIVE)                                                                          \
	GIVE(delete, delete_plain(block))                                                          \
	GIVE(delete_array, delete_array(block))                                                    \
	GIVE(delete_sized, delete_sized(block, size))                                              \
	GIVE(delete_array_sized, delete_array_sized(block, size))                                  \
	GIVE(delete_nothrow, delete_nothrow(block, ""))                                            \
	GIVE(delete_array_nothrow, delete_array_nothrow(block, ""))

#define GIVE_DELETE_ALIGNED(GIVE)                                                                  \
	GIVE(delete_aligned, delete_aligned(block, alignment))                                     \
	GIVE(delete_array_aligned, delete_array_aligned(block, alignment))                         \
	GIVE(delete_sized_aligned, delete_sized_aligned(block, size, alignment))                   \
	GIVE(delete_array_sized_aligned, delete_array_sized_aligned(block, size, alignment))       \
	GIVE(delete_aligned_nothrow, delete_aligned_nothrow(block, alignment, ""))                 \
	GIVE(delete_array_aligned_nothrow, delete_array_aligned_nothrow(block, alignment, ""))

#endif
