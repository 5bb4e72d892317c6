/* SPDX-License-Identifier: MIT */
/*
 * There are more sites than are kept: 2048 call stacks, which differ in which of two calls each of
 * eleven frames made. The first 1024 are listed. Requests of the others are judged and counted like
 * any, and the table says that it is incomplete.
 *
 * shows: PL-037 PL-038 PL-042
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:frames=32
 * exit: 0
 * stderr:
 * | phaselock: 4096 violations at 1024 sites and more, by count:
 * | phaselock:   and 1024 sites more (max_reports=0)
 */
#include "paths.h"

#include <stdlib.h>

#define DEPTH 11

FRAME static void ask(void)
{
	CHECK(opaque(malloc(16)) == NULL);
}

int main(void)
{
	static struct phaselock_violation sites[PHASELOCK_SITES_MAX];

	require_armed();
	lock_allocations();
	for (volatile int round = 0; round < 2; round++)
		for (volatile unsigned path = 0; path < 1u << DEPTH; path++)
			paths_descend(path, DEPTH, ask);
	CHECK_EQUAL(get_stats().locked_attempts, 2 << DEPTH);
	CHECK_EQUAL(phaselock_get_violations(sites, PHASELOCK_SITES_MAX), PHASELOCK_SITES_MAX);
	for (size_t i = 0; i < PHASELOCK_SITES_MAX; i++) {
		CHECK_EQUAL(sites[i].count, 2);
		CHECK_EQUAL(sites[i].sequence, i + 1);
	}
	return 0;
}
