/* SPDX-License-Identifier: MIT */
/*
 * Unlocking an unlocked heap does nothing, locking twice is locking once, and a heap can be locked
 * and unlocked again. None of the four functions makes a heap request, and none touches errno.
 *
 * shows: PL-012
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: 6 violations at {number} site{any}, by count:
 * | phaselock:   and {number} site{any} more (max_reports=0)
 */
#include "behaviour.h"

#include <errno.h>
#include <stdlib.h>

static bool is_granted(void)
{
	void *block = opaque(malloc(10));
	bool granted = block != NULL;

	free(block);
	return granted;
}

static void lock_and_unlock(void)
{
	struct phaselock_stats begin = thread_stats();

	errno = ERANGE;
	unlock_allocations();
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_INIT);
	lock_allocations();
	lock_allocations();
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_LOCKED);
	CHECK_EQUAL(errno, ERANGE);
	CHECK(!is_granted());
	lock_allocations();
	CHECK(!is_granted());
	errno = ERANGE;
	unlock_allocations();
	unlock_allocations();
	CHECK_EQUAL(errno, ERANGE);
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_INIT);
	CHECK(is_granted());
	CHECK_EQUAL(thread_stats_since(&begin).locked_attempts, 2);
	CHECK_EQUAL(thread_stats_since(&begin).allocations, 1);
}

int main(void)
{
	require_armed();
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_INIT);
	CHECK(is_granted());
	for (int i = 0; i < 3; i++)
		lock_and_unlock();
	return 0;
}
