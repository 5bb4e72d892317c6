/* SPDX-License-Identifier: MIT */
/*
 * A product or sum of sizes that overflows fails with ENOMEM, and nothing is allocated or counted.
 *
 * shows: PL-002
 * libc: glibc musl
 * exit: 0
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#define FAILS_WITH_ENOMEM(call)                                                                    \
	do {                                                                                       \
		struct phaselock_stats begin_ = thread_stats(), did_;                              \
                                                                                                   \
		errno = 0;                                                                         \
		CHECK(opaque(call) == NULL);                                                       \
		CHECK_EQUAL(errno, ENOMEM);                                                        \
		did_ = thread_stats_since(&begin_);                                                \
		CHECK_EQUAL(did_.allocations + did_.reallocations + did_.bytes_allocated, 0);      \
		CHECK_EQUAL(did_.live_allocations, begin_.live_allocations);                       \
	} while (0)

int main(void)
{
	size_t most = opaque_size(SIZE_MAX);
	size_t root = opaque_size((size_t)1 << 32); /* its square is 0 modulo 2^64 */
	/* volatile: a failed reallocation leaves it whole, which compilers do not believe */
	void *volatile block = malloc(24);

	require_armed();
	memset(block, 7, 24);
	FAILS_WITH_ENOMEM(calloc(most, 2));
	FAILS_WITH_ENOMEM(calloc(2, most));
	FAILS_WITH_ENOMEM(calloc(root, root));
	FAILS_WITH_ENOMEM(reallocarray(NULL, root, root));
	FAILS_WITH_ENOMEM(reallocarray(block, most / 2 + 1, 2));
	FAILS_WITH_ENOMEM(pvalloc(most));
	FAILS_WITH_ENOMEM(pvalloc(most - 4094));
	CHECK(is_filled(block, 7, 24));
	free(block);
	return 0;
}
