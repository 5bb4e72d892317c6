/* SPDX-License-Identifier: MIT */
/*
 * An alignment that a function does not allow fails with EINVAL and allocates nothing; memalign()
 * takes the next power of two instead, as glibc does. Every allowed alignment is kept. Over the
 * process's own allocator aligned_alloc() refuses what that allocator refuses:
 * tests/command/family_edges.test.
 *
 * shows: PL-003
 * libc: glibc musl
 * exit: 0
 */
#define _GNU_SOURCE
#include "over_system.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

static void posix_memalign_refuses(size_t alignment)
{
	char marker;
	void *block = &marker;

	errno = ERANGE;
	CHECK_EQUAL(posix_memalign(&block, opaque_size(alignment), 100), EINVAL);
	CHECK(block == &marker);
	CHECK_EQUAL(errno, ERANGE);
}

static void aligned_alloc_refuses(size_t alignment)
{
	errno = 0;
	CHECK(opaque(aligned_alloc(opaque_size(alignment), 96)) == NULL);
	CHECK_EQUAL(errno, EINVAL);
}

static void is_aligned(void *block, size_t alignment)
{
	CHECK(block != NULL);
	CHECK_EQUAL((uintptr_t)block % alignment, 0);
	memset(block, 1, 100);
	free(block);
}

int main(void)
{
	struct phaselock_stats begin, did;
	void *block = NULL;
	bool over_system = is_over_system();

	require_armed();
	begin = thread_stats();
	posix_memalign_refuses(0);
	posix_memalign_refuses(1);
	posix_memalign_refuses(sizeof(void *) / 2);
	posix_memalign_refuses(3 * sizeof(void *));
	if (!over_system) {
		aligned_alloc_refuses(0);
		aligned_alloc_refuses(3);
		aligned_alloc_refuses(48);
	}
	errno = 0;
	CHECK(opaque(memalign(opaque_size(SIZE_MAX / 2 + 2), 100)) == NULL);
	CHECK_EQUAL(errno, EINVAL);
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.allocations + did.failed_allocations + did.bytes_allocated, 0);

	for (size_t alignment = sizeof(void *); alignment <= (size_t)1 << 22; alignment *= 2) {
		CHECK_EQUAL(posix_memalign(&block, alignment, 100), 0);
		is_aligned(block, alignment);
		is_aligned(aligned_alloc(alignment, 100), alignment);
		is_aligned(memalign(opaque_size(alignment - 1), 100), alignment);
	}
	is_aligned(memalign(opaque_size(0), 100), 16);
	is_aligned(memalign(opaque_size(1), 100), 16);
	is_aligned(aligned_alloc(opaque_size(1), 100), 16);
	is_aligned(valloc(100), 4096);
	is_aligned(pvalloc(100), 4096);
	return 0;
}
