/* SPDX-License-Identifier: MIT */
/*
 * An exception thrown by a constructor frees the block of its new expression, and passes unharmed,
 * also out of a scope, which it closes.
 *
 * shows: PL-001 PL-014
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 */
#include "behaviour.h"

#include <cstdlib>
#include <new>

struct unwilling {
	explicit unwilling(int reason)
	{
		/* or the compiler may leave out the new expression that comes to nothing */
		opaque(this);
		throw reason;
	}
	char bytes[100];
};

static bool is_granted()
{
	void *block = opaque(malloc(10));
	bool granted = block != nullptr;

	free(block);
	return granted;
}

static int reason_of_failure()
{
	PHASELOCK_PERMIT_SCOPE;

	try {
		opaque(new unwilling(42));
	} catch (int reason) {
		throw reason + 1;
	}
	return 0;
}

int main()
{
	require_armed();
	struct phaselock_stats begin = thread_stats();
	int reason = 0;

	lock_allocations();
	try {
		reason = reason_of_failure();
	} catch (int thrown) {
		reason = thrown;
	}
	CHECK_EQUAL(reason, 43);
	struct phaselock_stats did = thread_stats_since(&begin);
	CHECK_EQUAL(did.allocations, did.deallocations);
	CHECK_EQUAL(did.permitted_attempts, did.allocations);
	CHECK_EQUAL(did.allocations, 3); /* the object and two exceptions */
	CHECK_EQUAL(did.locked_attempts, 0);
	CHECK(!is_granted()); /* the scope of the function is closed */
	return 0;
}
