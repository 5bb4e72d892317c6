/* SPDX-License-Identifier: MIT */
/*
 * Pitfall: a test program that also runs without the library (PHASELOCK_OPTIONAL) and compares
 * statistics by hand passes there, since they stay at 0. Cure: the assertions, which fail if
 * nothing was checked, or are skipped, visibly, with PHASELOCK_SKIP_IF_ABSENT.
 *
 * shows: PL-360
 *
 * run: {self}
 * exit: 0
 * stdout:
 * | by hand: 1 allocation
 * |   asserted no allocations: 1 allocation, 5 bytes (first: {any})
 *
 * run: sh -c 'gcc {FLAG} -I{source}/include {source}/tests/harness/pitfall_without_the_library.c
 *     -o test
 *     {build}/libphaselock-test.a && exec ./test'
 * needs: gcc
 * each: FLAG=SKIPPED "-O2=" "-DPHASELOCK_SKIP_IF_ABSENT=skipped: "
 * exit: 0
 * stdout:
 * | by hand: 0 allocations
 * |   {SKIPPED}asserted no allocations: nothing was checked: libphaselock is not there{any}
 *
 * run: sh -c 'gcc -I{source}/include {source}/tests/harness/pitfall_without_the_library.c -o test
 *     {build}/libphaselock-test.a && LD_PRELOAD={build}/libphaselock.so exec ./test'
 * needs: gcc
 * exit: 0
 * stdout:
 * | by hand: 1 allocation
 * |   asserted no allocations: 1 allocation, 5 bytes (first: {any})
 */
#define _POSIX_C_SOURCE 200809L
#define PHASELOCK_OPTIONAL
#include "pitfall.h"

static char *volatile copy;

static void work(void)
{
	copy = strdup("work");
}

int main(void)
{
	struct phaselock_stats before = get_stats(), after;
	uint64_t requests;

	work();
	after = get_stats();
	requests = after.allocations - before.allocations;
	show_each_assertion();
	printf("by hand: %d allocation%s\n", (int)requests, requests == 1 ? "" : "s");
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		work();
	}
	return 0;
}
