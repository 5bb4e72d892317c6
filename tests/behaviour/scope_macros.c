/* SPDX-License-Identifier: MIT */
/*
 * PHASELOCK_FORBID_SCOPE and PHASELOCK_PERMIT_SCOPE last to the end of their block, however the
 * block is left: by its end, by return, goto, break or continue.
 *
 * shows: PL-014
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: 8 violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 */
#include "behaviour.h"

#include <stdlib.h>

static bool is_granted(void)
{
	void *block = opaque(malloc(32));
	bool granted = block != NULL;

	free(block);
	return granted;
}

static bool forbidden_until_return(void)
{
	PHASELOCK_FORBID_SCOPE;

	return is_granted();
}

static bool permitted_until_return(void)
{
	PHASELOCK_PERMIT_SCOPE;

	return is_granted();
}

static bool forbidden_until_goto(void)
{
	bool granted;

	{
		PHASELOCK_FORBID_SCOPE;

		granted = is_granted();
		if (!granted)
			goto out;
	}
out:
	CHECK(is_granted());
	return granted;
}

static void left_by_break_and_continue(void)
{
	for (int i = 0; i < 3; i++) {
		PHASELOCK_FORBID_SCOPE;

		CHECK(!is_granted());
		if (i == 1)
			continue;
		if (i == 2)
			break;
	}
	CHECK(is_granted());
}

static void two_in_one_block(void)
{
	PHASELOCK_FORBID_SCOPE;
	PHASELOCK_PERMIT_SCOPE;

	CHECK(is_granted());
}

int main(void)
{
	require_armed();
	CHECK(!forbidden_until_return());
	CHECK(is_granted());
	CHECK(!forbidden_until_goto());
	left_by_break_and_continue();
	two_in_one_block();
	CHECK(is_granted());

	lock_allocations();
	CHECK(!is_granted());
	CHECK(permitted_until_return());
	CHECK(!is_granted());
	two_in_one_block();
	CHECK(!is_granted());
	return 0;
}
