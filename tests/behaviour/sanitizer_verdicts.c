/* SPDX-License-Identifier: MIT */
/*
 * Under a sanitizer a violation is reported and aborts as ever. It cannot be denied, since the
 * library hears of it only after the block was returned: the report says so and the program goes
 * on. The same holds for a deallocation with free=forbid, in the phase and in a forbid scope.
 *
 * shows: PL-111 PL-112
 * needs: gcc clang
 * run: {source}/tests/behaviour/parts/sanitized.sh {build} shared {CC} "-fsanitize={FLAGS}"
 *     sanitizer_verdicts.c abort
 * each: CC=FLAGS "gcc=address" "clang=address" "clang=address -shared-libsan" "clang=memory"
 *     "gcc=thread" "clang=thread" "gcc=leak" "clang=leak"
 * exit: SIGABRT
 * stderr:
 * | {not-armed}
 * | phaselock: violation: allocation(48) while allocations are locked
 * |   thread {number} "program", 1st time at this site
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: {source}/tests/behaviour/parts/sanitized.sh {build} shared {CC} "-fsanitize={FLAGS}"
 *     sanitizer_verdicts.c deny
 * each: CC=FLAGS "gcc=address" "clang=address" "gcc=address -static-libasan"
 *     "gcc=thread" "clang=thread" "gcc=leak" "clang=leak"
 * environment: PHASELOCK_OPTIONS=policy=deny:free=forbid
 * exit: 0
 * stderr:
 * | {not-armed}
 * | phaselock: violation: allocation(48) while allocations are locked
 * |   thread {number} "program", 1st time at this site
 * | {details}
 * | phaselock: allowed (denied, but a sanitizer's allocator had served it)
 * | phaselock: violation: deallocation({hex}) while allocations are locked
 * |   thread {number} "program", 1st time at this site
 * | {details}
 * | phaselock: allowed (denied, but a sanitizer's allocator had served it)
 * | phaselock: violation: deallocation({hex}) inside a forbid scope
 * |   thread {number} "program", 1st time at this site
 * | {details}
 * | phaselock: allowed (denied, but a sanitizer's allocator had served it)
 * | phaselock: violation: allocation(80) inside a forbid scope
 * |   thread {number} "program", 1st time at this site
 * | {details}
 * | phaselock: allowed (denied, but a sanitizer's allocator had served it)
 * | phaselock: 4 violations at 4 sites, by count:
 * | phaselock:   1 x allocation  {any}
 * | phaselock:   1 x deallocation  {any}
 * | phaselock:   1 x deallocation  {any}
 * | phaselock:   1 x allocation  {any}
 * run: {source}/tests/behaviour/parts/sanitized.sh {build} shared {CC} "-fsanitize={FLAGS}"
 *     sanitizer_verdicts.c fail
 * each: CC=FLAGS "gcc=address" "clang=address" "gcc=thread" "clang=thread" "gcc=leak" "clang=leak"
 * environment: ASAN_OPTIONS=allocator_may_return_null=1
 * environment: TSAN_OPTIONS=allocator_may_return_null=1
 * environment: LSAN_OPTIONS=allocator_may_return_null=1
 * exit: 0
 * stderr:
 * | {not-armed}
 * | {lines}
 * | failed, and is not alive
 */
#include "behaviour.h"

#include <stdlib.h>

static void deny(void)
{
	struct phaselock_stats begin, now;
	char *first, *second;

	begin = get_stats();
	lock_allocations();
	first = opaque(malloc(48));
	CHECK(first != NULL);
	memset(first, 7, 48);
	free(opaque(first));
	phaselock_permit_begin();
	second = opaque(malloc(64));
	phaselock_permit_end();
	unlock_allocations();
	CHECK(second != NULL);
	memset(second, 7, 64);
	{
		PHASELOCK_FORBID_SCOPE;
		free(opaque(second));
		first = opaque(malloc(80));
		CHECK(first != NULL);
	}
	free(first);
	now = get_stats();
	now = phaselock_stats_delta(&begin, &now);
	CHECK_EQUAL(now.allocations, 3);
	CHECK_EQUAL(now.deallocations, 3);
	CHECK_EQUAL(now.bytes_requested, 48 + 64 + 80);
	CHECK_EQUAL(now.live_allocations, begin.live_allocations);
	CHECK_EQUAL(now.locked_attempts, 4);
	CHECK_EQUAL(now.permitted_attempts, 1);
	CHECK_EQUAL(now.locked_deallocations, 1);
	CHECK_EQUAL(now.bytes_allocated, 0);
	CHECK_EQUAL(now.live_bytes, 0);
}

/* A request that fails, told of or not, adds no live block. */
static void fail(void)
{
	struct phaselock_stats begin = get_stats(), now;

	CHECK(opaque(malloc(opaque_size((size_t)1 << 46))) == NULL);
	now = get_stats();
	CHECK_EQUAL(now.allocations - begin.allocations,
		    now.failed_allocations - begin.failed_allocations);
	CHECK_EQUAL(now.live_allocations, begin.live_allocations);
	say("failed, and is not alive\n");
}

int main(int argc, char **argv)
{
	CHECK(argc == 2);
	CHECK((phaselock_heard() & PHASELOCK_ENTRY_MALLOC) != 0);
	if (strcmp(argv[1], "deny") == 0) {
		deny();
		return 0;
	}
	if (strcmp(argv[1], "fail") == 0) {
		fail();
		return 0;
	}
	lock_allocations();
	return opaque(malloc(48)) == NULL;
}
