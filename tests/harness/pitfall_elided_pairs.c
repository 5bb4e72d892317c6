/* SPDX-License-Identifier: MIT */
/*
 * Pitfall: gcc -O2 knows malloc() and free(), and removes a pair on which nothing depends. The
 * assertion holds because there is no request any more; the canary, which asserts that there is
 * one, fails. Cure: build tests with -fno-builtin-malloc -fno-builtin-free, as this program is, or
 * keep the pointer in a volatile variable.
 *
 * shows: PL-355
 * needs: gcc
 *
 * run: {self}
 * exit: 0
 * stdout:
 * | a plain pointer:
 * |   asserted no allocations: 1 allocation, 100 bytes (first: {any})
 * |   asserted allocates: holds
 * | a volatile pointer:
 * |   asserted no allocations: 1 allocation, 100 bytes (first: {any})
 *
 * run: sh -c 'gcc -O2 -I{source}/include {source}/tests/harness/pitfall_elided_pairs.c -o elided
 *     {build}/libphaselock-test.a -L{build} -Wl,-rpath,{build} -lphaselock && exec ./elided'
 * exit: 0
 * stdout:
 * | a plain pointer:
 * |   asserted no allocations: holds
 * |   asserted allocates: 0 allocations, 0 bytes
 * | a volatile pointer:
 * |   asserted no allocations: 1 allocation, 100 bytes (first: {any})
 */
#include "pitfall.h"

static void with_plain_pointer(void)
{
	char *copy = malloc(100);

	free(copy);
}

static void with_volatile_pointer(void)
{
	char *volatile copy = malloc(100);

	free(copy);
}

int main(void)
{
	show_each_assertion();
	puts("a plain pointer:");
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		with_plain_pointer();
	}
	PHASELOCK_ASSERT_ALLOCATES {
		with_plain_pointer();
	}
	puts("a volatile pointer:");
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		with_volatile_pointer();
	}
	return 0;
}
