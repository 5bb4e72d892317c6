/* SPDX-License-Identifier: MIT */
/*
 * A sealed heap stays sealed: locking it changes nothing, and an unlock is itself a violation,
 * judged by the policy. In a heap that was sealed with PHASELOCK_SEAL_PERMITS_HOLD a permit scope
 * still grants.
 *
 * shows: PL-012 PL-013 PL-671
 * libc: glibc musl
 * each: how permits strictly
 * run: {self} from_init {how}
 * environment: PHASELOCK_OPTIONS=policy=deny
 * exit: 0
 * stderr:
 * | phaselock: violation: unlock_allocations() of sealed allocations
 * |   thread {number} "seal", 1st time at this site
 * |     #0 {any}/seal+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "seal", 1st time at this site
 * |     #0 main+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 2 violations at 2 sites, by count:
 * | phaselock:   1 x unlock_allocations  {any}/seal+{hex}) < {any}
 * | phaselock:   1 x malloc  main+{hex} ({any}+{hex}) < {any}
 * run: {self} from_locked {how}
 * environment: PHASELOCK_OPTIONS=policy=allow
 * exit: 0
 * stderr:
 * | phaselock: violation: unlock_allocations() of sealed allocations
 * |   thread {number} "seal", 1st time at this site
 * |     #0 {any}/seal+{hex})
 * | {details}
 * | phaselock: allowed (policy=allow)
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "seal", 1st time at this site
 * |     #0 main+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: allowed (policy=allow)
 * | phaselock: 2 violations at 2 sites, by count:
 * | phaselock:   1 x unlock_allocations  {any}/seal+{hex}) < {any}
 * | phaselock:   1 x malloc  main+{hex} ({any}+{hex}) < {any}
 * run: {self} from_init {how}
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: unlock_allocations() of sealed allocations
 * |   thread {number} "seal", 1st time at this site
 * |     #0 {any}/seal+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 */
#include "behaviour.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
	bool permits;

	require_armed();
	CHECK(argc == 3);
	permits = strcmp(argv[2], "permits") == 0;
	if (strcmp(argv[1], "from_locked") == 0)
		lock_allocations();
	phaselock_seal_allocations_with(permits ? PHASELOCK_SEAL_PERMITS_HOLD : 0);
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_SEALED);
	CHECK_EQUAL(get_stats().phase, PHASELOCK_SEALED);
	lock_allocations();
	if (permits)
		phaselock_seal_allocations_with(PHASELOCK_SEAL_PERMITS_HOLD);
	else
		phaselock_seal_allocations();
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_SEALED);
	unlock_allocations();
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_SEALED);
	free(opaque(malloc(10)));
	if (!permits) /* tests/behaviour/sealed_guard.c */
		return 0;
	phaselock_permit_begin();
	CHECK(opaque(malloc(10)) != NULL);
	phaselock_permit_end();
	return 0;
}
