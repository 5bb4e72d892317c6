/* SPDX-License-Identifier: MIT */
/*
 * Suppressed requests of more call stacks than are kept, here 2048 as in more_sites_than_kept.c,
 * leave no site for a violation: it is reported and stands in the table all the same.
 *
 * shows: PL-037 PL-174
 * run: sh -c 'echo stack:known >supp.txt && exec {self}'
 * environment: PHASELOCK_OPTIONS=policy=deny:suppressions=supp.txt:frames=32:max_reports=1
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(77) while allocations are locked
 * |   thread {number} "suppressed_at_a", at a site beyond the 1024 that are kept
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 2 violations at 0 sites and more, by count:
 * | phaselock: suppressed: 2048 requests by stack:known (supp.txt:1)
 */
#include "behaviour.h"

#include <stdlib.h>

#define DEPTH 11

void known(unsigned path, int depth);

/* Two functions that differ, so that no compiler makes one of them. */
FRAME static void go_left(unsigned path, int depth)
{
	volatile int side = 1;

	known(path, depth + side - 1);
	side = 0;
}

FRAME static void go_right(unsigned path, int depth)
{
	volatile int side = 2;

	known(path, depth + side - 2);
	side = 0;
}

FRAME void known(unsigned path, int depth)
{
	if (depth == 0)
		free(opaque(malloc(16)));
	else if ((path & 1) != 0)
		go_left(path >> 1, depth - 1);
	else
		go_right(path >> 1, depth - 1);
	opaque(NULL);
}

int main(void)
{
	require_armed();
	lock_allocations();
	for (volatile unsigned path = 0; path < 1u << DEPTH; path++)
		known(path, DEPTH);
	for (volatile int round = 0; round < 2; round++)
		CHECK(opaque(malloc(77)) == NULL);
	CHECK_EQUAL(get_stats().suppressed_attempts, 1 << DEPTH);
	CHECK_EQUAL(get_stats().locked_attempts, 2);
	return 0;
}
