/* SPDX-License-Identifier: MIT */
/*
 * Every block is aligned to 16, as the platform's ABI requires. Every byte that
 * malloc_usable_size() counts may be used, and calloc() clears them all.
 *
 * shows: PL-001 PL-050
 * libc: glibc musl
 * exit: 0
 */
#include "behaviour.h"

#include <malloc.h>
#include <stdlib.h>

#define ALIGNMENT 16

static void is_good(void *block, size_t size, struct phaselock_stats *begin)
{
	size_t usable = malloc_usable_size(block);
	struct phaselock_stats did = thread_stats_since(begin);

	CHECK(block != NULL);
	CHECK_EQUAL((uintptr_t)block % ALIGNMENT, 0);
	CHECK(usable >= size);
	CHECK_EQUAL(did.bytes_allocated - did.bytes_deallocated, usable);
	memset(block, 0xa5, usable);
	free(block);
	*begin = thread_stats();
}

int main(void)
{
	struct phaselock_stats begin;

	require_armed();
	CHECK_EQUAL(malloc_usable_size(NULL), 0);
	begin = thread_stats();
	for (size_t size = 0; size <= 70000; size += size < 2100 ? 1 : 997) {
		void *cleared;

		is_good(malloc(size), size, &begin);
		is_good(realloc(malloc(1), size + 1), size + 1, &begin);
		cleared = calloc(size, 1);
		CHECK(is_filled(cleared, 0, malloc_usable_size(cleared)));
		is_good(cleared, size, &begin);
	}
	return 0;
}
