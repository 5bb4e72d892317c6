/* SPDX-License-Identifier: MIT */
/*
 * Pitfall: the framework's own requests are told by its module, the file they come from. Linked
 * statically it has none of its own, and its requests count. Cure: name the beginnings of its
 * functions' names, use the shared library, or call the framework in a permit scope. Built here
 * with a framework of one function, as both.
 *
 * shows: PL-357
 * needs: gcc
 *
 * run: sh -c 'cd {tmp} && gcc -fPIC -shared -DFRAMEWORK
 *     {source}/tests/harness/pitfall_static_framework.c
 *     -o libframework.so && gcc -I{source}/include
 *     {source}/tests/harness/pitfall_static_framework.c -o test
 *     {build}/libphaselock-test.a -L. -L{build} -Wl,-rpath,{tmp}:{build} -Wl,--no-as-needed
 *     -lframework -lphaselock && exec ./test'
 * exit: 0
 * stdout:
 * | the framework in the block:
 * |   asserted no allocations: holds
 * | in a permit scope:
 * |   asserted no allocations: holds
 * | known by its functions:
 * |   asserted no allocations: holds
 *
 * run: sh -c 'gcc -c -DFRAMEWORK {source}/tests/harness/pitfall_static_framework.c -o framework.o
 *     &&
 *     gcc -I{source}/include {source}/tests/harness/pitfall_static_framework.c framework.o -o test
 *     {build}/libphaselock-test.a -L{build} -Wl,-rpath,{build} -lphaselock && exec ./test'
 * exit: 0
 * stdout:
 * | the framework in the block:
 * |   asserted no allocations: 1 allocation, 100 bytes (first: {any})
 * | in a permit scope:
 * |   asserted no allocations: holds
 * | known by its functions:
 * |   asserted no allocations: holds
 */
#ifdef FRAMEWORK

#include <stdlib.h>

void framework_expect(void);

static void *volatile expectation;

void framework_expect(void)
{
	expectation = malloc(100);
}

#else

#include "pitfall.h"

void framework_expect(void) __attribute__((weak)); /* make links no framework */

int main(void)
{
	if (framework_expect == NULL)
		return 2;
	show_each_assertion();
	phaselock_checks_ignore("libframework", NULL);
	puts("the framework in the block:");
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		framework_expect();
	}
	puts("in a permit scope:");
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		PHASELOCK_PERMIT_SCOPE;

		framework_expect();
	}
	phaselock_checks_ignore("framework_*", NULL);
	puts("known by its functions:");
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		framework_expect();
	}
	return 0;
}

#endif
