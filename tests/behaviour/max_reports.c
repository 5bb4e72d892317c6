/* SPDX-License-Identifier: MIT */
/*
 * At most max_reports violations are reported and as many sites listed; the rest is given as a
 * number. The counts are exact all the same, and the report of an abort is always written.
 *
 * shows: PL-037 PL-038 PL-039
 * libc: glibc musl
 * run: {self} goes_on
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=2
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(5) while allocations are locked
 * |   thread {number} "max_reports", 1st time at this site
 * |     #0 down+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: malloc(5) while allocations are locked
 * |   thread {number} "max_reports", 1st time at this site
 * |     #0 down+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 10 violations at 5 sites, by count:
 * | phaselock:   2 x malloc  {any}
 * | phaselock:   2 x malloc  {any}
 * | phaselock:   and 3 sites more (max_reports=2)
 * run: {self} goes_on
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: 10 violations at 5 sites, by count:
 * | phaselock:   and 5 sites more (max_reports=0)
 * run: {self} aborts
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(5) while allocations are locked
 * |   thread {number} "max_reports", 3rd time at this site
 * |     #0 down+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 */
#include "behaviour.h"

#include <stdlib.h>

void down(int depth);
FRAME void down(int depth)
{
	if (depth > 0)
		down(depth - 1);
	else
		CHECK(opaque(malloc(5)) == NULL);
	opaque(NULL);
}

static void finish(bool abort_at_next)
{
	struct phaselock_violation sites[5];

	CHECK_EQUAL(phaselock_get_violations(sites, 5), 5);
	for (int i = 0; i < 5; i++)
		CHECK_EQUAL(sites[i].count, 2);
	CHECK_EQUAL(get_stats().locked_attempts, 10);
	if (!abort_at_next)
		exit(0);
	phaselock_set_policy(PHASELOCK_ABORT);
}

int main(int argc, char **argv)
{
	require_armed();
	lock_allocations();
	/* Only one place calls down(): the eleventh violation is the third at its site. */
	for (volatile int i = 0; i < 11; i++) {
		if (i == 10)
			finish(argc > 1 && strcmp(argv[1], "aborts") == 0);
		down(i % 5);
	}
	return 0;
}
