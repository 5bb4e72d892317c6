/* SPDX-License-Identifier: MIT */
/*
 * Pitfall: a function of a library is bound at its first call. Binding itself makes no request,
 * but an IFUNC, of which a resolver chooses the version then, runs that resolver in the block, and
 * it may allocate. Cure: a warm-up run; or bind at the start, with LD_BIND_NOW=1 or -Wl,-z,now.
 * Built here with a library of two functions, of which one is an IFUNC.
 *
 * shows: PL-359
 * needs: gcc
 *
 * run: sh -c 'gcc -O1 -fno-builtin-malloc -fPIC -shared -DLIBRARY
 *     {source}/tests/harness/pitfall_lazy_binding.c
 *     -o libsums.so && gcc -I{source}/include {source}/tests/harness/pitfall_lazy_binding.c -o test
 *     {build}/libphaselock-test.a -L. -L{build} -Wl,-rpath,{tmp}:{build} -Wl,--no-as-needed {FLAG}
 *     -lsums -lphaselock &&
 *     exec ./test'
 * each: FLAG=FIRST
 *     "-Wl,-z,lazy=1 allocation, 100 bytes (first: {any})"
 *     "-Wl,-z,now=holds"
 * exit: 0
 * stdout:
 * | a function:
 * |   asserted no allocations: holds
 * | an IFUNC:
 * |   asserted no allocations: {FIRST}
 * | its second call:
 * |   asserted no allocations: holds
 *
 * run: sh -c 'gcc -O1 -fno-builtin-malloc -fPIC -shared -DLIBRARY
 *     {source}/tests/harness/pitfall_lazy_binding.c
 *     -o libsums.so && gcc -I{source}/include {source}/tests/harness/pitfall_lazy_binding.c -o test
 *     {build}/libphaselock-test.a -L. -L{build} -Wl,-rpath,{tmp}:{build}
 *     -Wl,--no-as-needed,-z,lazy -lsums -lphaselock &&
 *     LD_BIND_NOW=1 exec ./test'
 * exit: 0
 * stdout:
 * | a function:
 * |   asserted no allocations: holds
 * | an IFUNC:
 * |   asserted no allocations: holds
 * | its second call:
 * |   asserted no allocations: holds
 */
int plain_sum(int a, int b);
int chosen_sum(int a, int b);

#ifdef LIBRARY

#include <stdlib.h>

static void *volatile sink;

int plain_sum(int a, int b)
{
	return a + b;
}

static int (*choose(void))(int, int)
{
	sink = malloc(100);
	free(sink);
	return plain_sum;
}

int chosen_sum(int a, int b) __attribute__((ifunc("choose")));

#else

#include "pitfall.h"

#pragma weak plain_sum /* make links no such library */
#pragma weak chosen_sum

int main(void)
{
	int sum = 0;

	show_each_assertion();
	puts("a function:");
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		sum += plain_sum(1, 2);
	}
	puts("an IFUNC:");
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		sum += chosen_sum(1, 2);
	}
	puts("its second call:");
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		sum += chosen_sum(1, 2);
	}
	return sum == 9 ? 0 : 1;
}

#endif
