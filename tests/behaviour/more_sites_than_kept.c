/* SPDX-License-Identifier: MIT */
/*
 * Of more sites than are kept, here 2048 call stacks that differ in which of two calls each of
 * eleven frames took, the first 1024 are listed; the requests of the others are judged and counted
 * like any other, and the table says so.
 *
 * shows: PL-037 PL-038 PL-042
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:frames=32
 * exit: 0
 * stderr:
 * | phaselock: 4096 violations at 1024 sites and more, by count:
 * | phaselock:   and 1024 sites more (max_reports=0)
 */
#include "behaviour.h"

#include <stdlib.h>

#define DEPTH 11

static void descend(unsigned path, int depth);

/* Two functions that differ, so that no compiler makes one of them. */
FRAME static void go_left(unsigned path, int depth)
{
	volatile int side = 1;

	descend(path, depth + side - 1);
	side = 0;
}

FRAME static void go_right(unsigned path, int depth)
{
	volatile int side = 2;

	descend(path, depth + side - 2);
	side = 0;
}

FRAME static void descend(unsigned path, int depth)
{
	if (depth == 0)
		CHECK(opaque(malloc(16)) == NULL);
	else if ((path & 1) != 0)
		go_left(path >> 1, depth - 1);
	else
		go_right(path >> 1, depth - 1);
	opaque(NULL);
}

int main(void)
{
	static struct phaselock_violation sites[PHASELOCK_SITES_MAX];

	require_armed();
	lock_allocations();
	for (volatile int round = 0; round < 2; round++)
		for (volatile unsigned path = 0; path < 1u << DEPTH; path++)
			descend(path, DEPTH);
	CHECK_EQUAL(get_stats().locked_attempts, 2 << DEPTH);
	CHECK_EQUAL(phaselock_get_violations(sites, PHASELOCK_SITES_MAX), PHASELOCK_SITES_MAX);
	for (size_t i = 0; i < PHASELOCK_SITES_MAX; i++) {
		CHECK_EQUAL(sites[i].count, 2);
		CHECK_EQUAL(sites[i].sequence, i + 1);
	}
	return 0;
}
