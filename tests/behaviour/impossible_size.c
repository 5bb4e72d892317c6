/* SPDX-License-Identifier: MIT */
/*
 * A size that no machine has fails with ENOMEM in every allocating function. It counts in
 * failed_allocations, and not among the live blocks.
 *
 * shows: PL-004 PL-007 PL-054 PL-503
 * libc: glibc musl
 * exit: 0
 */
#define _GNU_SOURCE
#include "behaviour.h"
#include "cxx_names.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#define FAILS_AND_IS_COUNTED(call)                                                                 \
	do {                                                                                       \
		struct phaselock_stats begin_ = thread_stats(), did_;                              \
                                                                                                   \
		errno = 0;                                                                         \
		CHECK(opaque(call) == NULL);                                                       \
		CHECK_EQUAL(errno, ENOMEM);                                                        \
		did_ = thread_stats_since(&begin_);                                                \
		CHECK_EQUAL(did_.allocations, 1);                                                  \
		CHECK_EQUAL(did_.failed_allocations, 1);                                           \
		CHECK_EQUAL(did_.bytes_allocated, 0);                                              \
		CHECK_EQUAL(did_.live_allocations, begin_.live_allocations);                       \
		CHECK_EQUAL(did_.live_bytes, begin_.live_bytes);                                   \
	} while (0)

static void posix_memalign_fails(size_t size)
{
	char marker;
	void *block = &marker;
	struct phaselock_stats begin = thread_stats();

	CHECK_EQUAL(posix_memalign(&block, 64, size), ENOMEM);
	CHECK(block == &marker);
	CHECK_EQUAL(thread_stats_since(&begin).failed_allocations, 1);
}

int main(void)
{
	size_t size = opaque_size(PTRDIFF_MAX);

	require_armed();
	FAILS_AND_IS_COUNTED(malloc(size));
	FAILS_AND_IS_COUNTED(malloc(opaque_size(SIZE_MAX)));
	FAILS_AND_IS_COUNTED(malloc(size - 4096));
	FAILS_AND_IS_COUNTED(calloc(1, size));
	FAILS_AND_IS_COUNTED(realloc(NULL, size));
	FAILS_AND_IS_COUNTED(reallocarray(NULL, 1, size));
	FAILS_AND_IS_COUNTED(aligned_alloc(64, size));
	FAILS_AND_IS_COUNTED(memalign(64, size));
	FAILS_AND_IS_COUNTED(valloc(size));
	FAILS_AND_IS_COUNTED(pvalloc(size - 4096));
	FAILS_AND_IS_COUNTED(new_nothrow(size, ""));
	FAILS_AND_IS_COUNTED(new_array_nothrow(size, ""));
	FAILS_AND_IS_COUNTED(new_aligned_nothrow(size, 64, ""));
	FAILS_AND_IS_COUNTED(new_array_aligned_nothrow(size, 64, ""));
	posix_memalign_fails(size);
	return 0;
}
