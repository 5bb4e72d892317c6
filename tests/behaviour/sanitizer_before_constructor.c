/* SPDX-License-Identifier: MIT */
/*
 * The library is set up before all other libraries and before the program. So under a sanitizer too
 * it hears of requests made before all constructors but its own.
 *
 * shows: PL-110
 * needs: gcc clang
 * run: {source}/tests/behaviour/parts/sanitized.sh {build} shared {CC} "-fsanitize={FLAGS}"
 *     sanitizer_before_constructor.c
 * each: CC=FLAGS "gcc=address" "clang=address" "gcc=leak" "clang=leak"
 * exit: 0
 * stderr:
 * | {not-armed}
 */
#include "behaviour.h"

#include <stdlib.h>

static void *early[3];
static struct phaselock_stats at_start;

static void allocate(void)
{
	for (int i = 0; i < 3; i++)
		early[i] = malloc(48);
	at_start = get_stats();
}

/* Runs before the constructors of all libraries, except one linked with -z initfirst. */
__attribute__((section(".preinit_array"), used)) static void (*const first)(void) = allocate;

int main(void)
{
	struct phaselock_stats before, now;

	CHECK((phaselock_heard() & PHASELOCK_ENTRY_MALLOC) != 0); /* for which it uses it */
	before = get_stats();
	CHECK(at_start.allocations >= 3);
	for (int i = 0; i < 3; i++) {
		CHECK(early[i] != NULL);
		free(early[i]);
	}
	now = get_stats();
	CHECK_EQUAL(now.deallocations - before.deallocations, 3);
	CHECK_EQUAL(before.live_allocations - now.live_allocations, 3);
	return 0;
}
