/* SPDX-License-Identifier: MIT */
/*
 * Blocks of 0 to 16 bytes, many of them at once, are aligned to 16 whichever function makes them,
 * as libc promises for any block. A requested alignment is kept, for 0 bytes too.
 *
 * shows: PL-600 PL-601
 * exit: 0
 */
#define _GNU_SOURCE
#include "behaviour.h"
#include "cxx_names.h"

#include <malloc.h>
#include <stdlib.h>

#define ALIGNMENT 16 /* of any block */
#define AT_ONCE 40   /* half of them would be misaligned in a row of 8-byte blocks */

static void is_good(void *block, size_t alignment, size_t size)
{
	CHECK(block != NULL);
	CHECK_EQUAL((uintptr_t)block % alignment, 0);
	CHECK(malloc_usable_size(block) >= size);
	memset(block, 0xa5, malloc_usable_size(block));
}

/* None is given back: each lies beside the one before. */
static void plain(size_t size)
{
	is_good(malloc(size), ALIGNMENT, size);
	is_good(calloc(1, size), ALIGNMENT, size);
	is_good(calloc(size, 1), ALIGNMENT, size);
	is_good(realloc(NULL, size), ALIGNMENT, size);
	is_good(reallocarray(NULL, 1, size), ALIGNMENT, size);
	is_good(memalign(opaque_size(0), size), ALIGNMENT, size);
	is_good(memalign(8, size), ALIGNMENT, size);
	is_good(aligned_alloc(1, size), ALIGNMENT, size);
	is_good(new_plain(size), ALIGNMENT, size);
	is_good(new_array_nothrow(size, ""), ALIGNMENT, size);
	is_good(new_aligned(size, 8), ALIGNMENT, size);
	if (size == 0)
		return;
	is_good(realloc(malloc(100), size), ALIGNMENT, size);
	is_good(realloc(malloc(1), size), ALIGNMENT, size);
	is_good(strndup("seventeen letters", size - 1), ALIGNMENT, size);
}

static void aligned(size_t alignment, size_t size)
{
	void *block = NULL;

	CHECK_EQUAL(posix_memalign(&block, alignment, size), 0);
	is_good(block, alignment, size);
	is_good(aligned_alloc(alignment, size), alignment, size);
	is_good(memalign(alignment, size), alignment, size);
	is_good(memalign(opaque_size(alignment - 1), size), alignment, size);
	is_good(new_aligned(size, alignment), alignment, size);
	is_good(new_array_aligned_nothrow(size, alignment, ""), alignment, size);
}

int main(void)
{
	require_armed();
	for (int i = 0; i < AT_ONCE; i++)
		for (size_t size = 0; size <= 16; size++)
			plain(size);
	for (int i = 0; i < AT_ONCE; i++) {
		is_good(opaque(malloc(opaque_size(0))), ALIGNMENT, 0);
		for (size_t alignment = 16; alignment <= 16384; alignment *= 2) {
			aligned(alignment, 0);
			aligned(alignment, 1);
		}
		is_good(valloc(opaque_size(0)), 4096, 0);
		is_good(pvalloc(opaque_size(0)), 4096, 0);
	}
	return 0;
}
