/* SPDX-License-Identifier: MIT */
/*
 * Every allocating function returns for a request of no bytes a block of its own, which can be
 * freed and is counted.
 *
 * shows: PL-001 PL-050
 * libc: glibc musl
 * exit: 0
 */
#define _GNU_SOURCE
#include "behaviour.h"
#include "cxx_names.h"

#include <malloc.h>
#include <stdlib.h>

int main(void)
{
	void *blocks[12];
	size_t count = 0, none = opaque_size(0);
	struct phaselock_stats begin, did;

	require_armed();
	begin = thread_stats();
	blocks[count++] = malloc(none);
	blocks[count++] = malloc(none);
	blocks[count++] = calloc(none, 8);
	blocks[count++] = calloc(8, none);
	blocks[count++] = realloc(NULL, none);
	blocks[count++] = reallocarray(NULL, none, 8);
	blocks[count++] = aligned_alloc(64, none);
	blocks[count++] = memalign(64, none);
	blocks[count++] = valloc(none);
	blocks[count++] = pvalloc(none);
	blocks[count++] = new_plain(none);
	CHECK_EQUAL(posix_memalign(&blocks[count++], 64, none), 0);
	CHECK_EQUAL(thread_stats_since(&begin).allocations, count);
	CHECK_EQUAL(thread_stats_since(&begin).bytes_requested, 0);

	for (size_t i = 0; i < count; i++) {
		CHECK(blocks[i] != NULL);
		for (size_t j = 0; j < i; j++)
			CHECK(blocks[i] != blocks[j]);
	}
	for (size_t i = 0; i < count; i++)
		free(blocks[i]);
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.deallocations, count);
	CHECK_EQUAL(did.live_allocations, begin.live_allocations);
	CHECK_EQUAL(did.bytes_allocated, did.bytes_deallocated);
	return 0;
}
