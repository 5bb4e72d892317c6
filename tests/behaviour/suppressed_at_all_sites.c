/* SPDX-License-Identifier: MIT */
/*
 * Suppressed requests of more call stacks than are kept (2048, as in more_sites_than_kept.c) leave
 * no room for the site of a violation. It is reported and listed in the table all the same.
 *
 * shows: PL-037 PL-174
 * run: sh -c 'echo stack:paths_descend >supp.txt && exec {self}'
 * environment: PHASELOCK_OPTIONS=policy=deny:suppressions=supp.txt:frames=32:max_reports=1
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(77) while allocations are locked
 * |   thread {number} "suppressed_at_a", at a site beyond the 1024 that are kept
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 2 violations at 0 sites and more, by count:
 * | phaselock: suppressed: 2048 requests by stack:paths_descend (supp.txt:1)
 */
#include "paths.h"

#include <stdlib.h>

#define DEPTH 11

FRAME static void ask(void)
{
	free(opaque(malloc(16)));
}

int main(void)
{
	require_armed();
	lock_allocations();
	for (volatile unsigned path = 0; path < 1u << DEPTH; path++)
		paths_descend(path, DEPTH, ask);
	for (volatile int round = 0; round < 2; round++)
		CHECK(opaque(malloc(77)) == NULL);
	CHECK_EQUAL(get_stats().suppressed_attempts, 1 << DEPTH);
	CHECK_EQUAL(get_stats().locked_attempts, 2);
	return 0;
}
