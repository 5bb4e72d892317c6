/* SPDX-License-Identifier: MIT */
/*
 * Pitfall: a sanitizer has its own malloc, and the library hears of its requests. Under
 * AddressSanitizer a realloc is heard of as an allocation and a deallocation, and under
 * ThreadSanitizer, which does not tell of every function that asks for memory: so an assertion of
 * requests is not checked there, and fails. Cure: assert in plain builds, and skip visibly in the
 * others with PHASELOCK_SKIP_IF_ABSENT.
 *
 * shows: PL-360
 *
 * run: {self}
 * exit: 0
 * stdout:
 * |   asserted exactly 1 allocation: holds
 * |   asserted no deallocations: holds
 *
 * run: sh -c 'gcc -g -fno-builtin-malloc -fsanitize={KIND} -I{source}/include
 *     {source}/tests/harness/pitfall_sanitizers.c
 *     -o test {build}/libphaselock-test.a -L{build} -Wl,-rpath,{build} -lphaselock && exec ./test'
 * needs: gcc
 * environment: ASAN_OPTIONS=detect_leaks=0
 * each: KIND=EXACT=FREED
 *     undefined=holds=holds
 *     "address=holds=1 deallocation (first: {any})"
 * exit: 0
 * stdout:
 * |   asserted exactly 1 allocation: {EXACT}
 * |   asserted no deallocations: {FREED}
 *
 * run: sh -c 'gcc -g -fno-builtin-malloc {FLAGS} -I{source}/include
 *     {source}/tests/harness/pitfall_sanitizers.c
 *     -o test {build}/libphaselock-test.a -L{build} -Wl,-rpath,{build} -lphaselock && exec ./test'
 * needs: gcc
 * each: FLAGS -fsanitize=thread "-fsanitize=thread -DPHASELOCK_SKIP_IF_ABSENT"
 * exit: 0
 * stdout:
 * |   {any}asserted exactly 1 allocation: nothing was checked: phaselock is not armed: posix_memalign, aligned_alloc, memalign, valloc, pvalloc go to another allocator; {any}
 * |   asserted no deallocations: 1 deallocation (first: {any})
 * stderr:
 * | {not-armed}
 */
#include "pitfall.h"

static char *volatile block;

static void grow(void)
{
	char *grown = realloc(block, 4000);

	if (grown != NULL)
		block = grown;
}

int main(void)
{
	block = malloc(10);
	show_each_assertion();
	PHASELOCK_ASSERT_EXACT_ALLOCATIONS(1) {
		grow();
	}
	PHASELOCK_ASSERT_NO_DEALLOCATIONS {
		grow();
	}
	free(block);
	return 0;
}
