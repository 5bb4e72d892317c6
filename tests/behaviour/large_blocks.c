/* SPDX-License-Identifier: MIT */
/*
 * Blocks of 1 MiB to 1 GiB are served and counted, can be used from end to end, and keep their
 * contents when they grow.
 *
 * shows: PL-001 PL-050
 * libc: glibc musl
 * exit: 0
 */
#include "behaviour.h"

#include <malloc.h>
#include <stdlib.h>

#define MIB ((size_t)1 << 20)

int main(void)
{
	struct phaselock_stats begin, did;

	require_armed();
	for (size_t size = MIB; size <= 1024 * MIB; size *= 2) {
		unsigned char *block;

		begin = thread_stats();
		block = malloc(size);
		CHECK(block != NULL);
		block[0] = 1;
		block[size / 2] = 2;
		block[size - 1] = 3;
		did = thread_stats_since(&begin);
		CHECK_EQUAL(did.allocations, 1);
		CHECK_EQUAL(did.bytes_requested, size);
		CHECK_EQUAL(did.bytes_allocated, malloc_usable_size(block));

		block = realloc(block, size + MIB);
		CHECK(block != NULL);
		CHECK(block[0] == 1 && block[size / 2] == 2 && block[size - 1] == 3);
		block[size + MIB - 1] = 4;
		CHECK_EQUAL(thread_stats_since(&begin).live_bytes,
			    begin.live_bytes + malloc_usable_size(block));
		free(block);

		block = calloc(size / 16, 16);
		CHECK(block != NULL);
		CHECK(block[0] == 0 && block[size / 2] == 0 && block[size - 1] == 0);
		free(block);
		CHECK_EQUAL(thread_stats_since(&begin).live_bytes, begin.live_bytes);
	}
	return 0;
}
