/* SPDX-License-Identifier: MIT */
/*
 * stats=1 prints the statistics of the process at its end, one number a line, and nothing else.
 * Here the flows count since the last reset_stats().
 *
 * shows: PL-050 PL-052
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=stats=1
 * exit: 0
 * stderr:
 * | phaselock: allocations: 3
 * | phaselock: deallocations: 1
 * | phaselock: reallocations: 1
 * | phaselock: failed_allocations: 0
 * | phaselock: bytes_requested: 1310
 * | phaselock: bytes_allocated: {number}
 * | phaselock: bytes_deallocated: {number}
 * | phaselock: bytes_reallocated: -{number}
 * | phaselock: live_allocations: {number}
 * | phaselock: live_bytes: {number}
 * | phaselock: locked_attempts: 0
 * | phaselock: permitted_attempts: 1
 * | phaselock: locked_deallocations: 1
 * | phaselock: suppressed_attempts: 0
 * | phaselock: threads: 1
 */
#include "behaviour.h"

#include <stdlib.h>

int main(void)
{
	void *block;

	require_armed();
	reset_stats();
	block = malloc(1000);
	CHECK(opaque(malloc(100)) != NULL);
	block = realloc(block, 10);
	lock_allocations();
	phaselock_permit_begin();
	CHECK(opaque(malloc(200)) != NULL);
	phaselock_permit_end();
	free(block);
	return 0;
}
