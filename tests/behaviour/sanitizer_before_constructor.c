/* SPDX-License-Identifier: MIT */
/*
 * What a program allocates before the library's constructor has run is not heard of under a
 * sanitizer: it is in no count. To free it later is heard of, and the number of live blocks does
 * not fall below zero by that.
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

/* Runs before any library's constructor. */
__attribute__((section(".preinit_array"), used)) static void (*const first)(void) = allocate;

int main(void)
{
	struct phaselock_stats before = get_stats(), now;

	CHECK((phaselock_heard() & PHASELOCK_ENTRY_MALLOC) != 0);
	CHECK_EQUAL(at_start.allocations, 0);
	for (int i = 0; i < 3; i++) {
		CHECK(early[i] != NULL);
		free(early[i]);
	}
	now = get_stats();
	CHECK_EQUAL(now.deallocations - before.deallocations, 3);
	CHECK(now.live_allocations <= before.live_allocations);
	CHECK(now.live_allocations < 1000);
	return 0;
}
