/* SPDX-License-Identifier: MIT */
/*
 * reset_stats() sets every flow of the process to zero, but changes neither the levels, the phase,
 * a thread's own statistics nor the recorded violations. phaselock_stats_delta() is the difference
 * of the flows, and the end's levels.
 *
 * shows: PL-038 PL-050 PL-052
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 */
#include "behaviour.h"

#include <malloc.h>
#include <stdlib.h>

/* Makes every flow of the statistics greater than zero; returns the block that is left. */
static void *make_every_flow(void)
{
	void *block = malloc(100);

	free(malloc(50));
	block = realloc(block, 5000);
	CHECK(malloc(opaque_size(PTRDIFF_MAX)) == NULL);
	lock_allocations();
	CHECK(opaque(malloc(10)) == NULL);
	phaselock_permit_begin();
	free(malloc(20));
	phaselock_permit_end();
	return block;
}

int main(void)
{
	struct phaselock_stats begin, before, own, after, delta;
	size_t usable;
	void *block;

	require_armed();
	begin = get_stats();
	block = make_every_flow();
	usable = malloc_usable_size(block);
	before = get_stats();
	own = thread_stats();
	delta = phaselock_stats_delta(&begin, &before);
	CHECK_EQUAL(delta.allocations, 4);
	CHECK_EQUAL(delta.deallocations, 2);
	CHECK_EQUAL(delta.reallocations, 1);
	CHECK_EQUAL(delta.failed_allocations, 1);
	CHECK_EQUAL(delta.bytes_requested, (uint64_t)PTRDIFF_MAX + 100 + 50 + 5000 + 20);
	CHECK_EQUAL(delta.bytes_allocated - delta.bytes_deallocated, usable);
	CHECK(delta.bytes_reallocated > 0);
	CHECK_EQUAL(delta.live_allocations, begin.live_allocations + 1);
	CHECK_EQUAL(delta.live_bytes, begin.live_bytes + usable);
	CHECK_EQUAL(delta.locked_attempts, 1);
	CHECK_EQUAL(delta.permitted_attempts, 1);
	CHECK_EQUAL(delta.locked_deallocations, 1);
	CHECK_EQUAL(delta.phase, PHASELOCK_LOCKED);

	reset_stats();
	after = get_stats();
	CHECK_EQUAL(after.allocations + after.deallocations + after.reallocations +
			    after.failed_allocations,
		    0);
	CHECK_EQUAL(after.bytes_requested + after.bytes_allocated + after.bytes_deallocated, 0);
	CHECK_EQUAL(after.bytes_reallocated, 0);
	CHECK_EQUAL(after.locked_attempts + after.permitted_attempts + after.locked_deallocations,
		    0);
	CHECK_EQUAL(after.live_allocations, before.live_allocations);
	CHECK_EQUAL(after.live_bytes, before.live_bytes);
	CHECK_EQUAL(after.threads, before.threads);
	CHECK_EQUAL(after.phase, PHASELOCK_LOCKED);
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_LOCKED);
	CHECK_EQUAL(phaselock_get_violations(NULL, 0), 1);
	delta = thread_stats();
	CHECK(memcmp(&own, &delta, sizeof(own)) == 0);

	unlock_allocations();
	free(malloc(10));
	CHECK_EQUAL(get_stats().allocations, 1);
	CHECK_EQUAL(get_stats().deallocations, 1);
	free(block);
	CHECK_EQUAL(get_stats().live_allocations, before.live_allocations - 1);
	return 0;
}
