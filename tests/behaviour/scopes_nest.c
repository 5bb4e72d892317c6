/* SPDX-License-Identifier: MIT */
/*
 * The innermost scope decides, in every phase and in both nestings; outside of scopes the phase
 * decides. What a permit scope grants is counted as permitted in a locked phase, but not in an
 * unlocked one.
 *
 * shows: PL-014 PL-032
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=policy=deny:frames=1
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(32) inside a forbid scope
 * |   thread {number} "scopes_nest", 1st time at this site
 * |     #0 is_granted+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: malloc(32) while allocations are locked
 * |   thread {number} "scopes_nest", 1st time at this site
 * |     #0 is_granted+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 10 violations at 2 sites, by count:
 * | phaselock:   8 x malloc  is_granted+{hex} ({any}+{hex})
 * | phaselock:   2 x malloc  is_granted+{hex} ({any}+{hex})
 */
#include "behaviour.h"

#include <stdlib.h>

bool is_granted(void);

FRAME bool is_granted(void)
{
	void *block = opaque(malloc(32));
	bool granted = block != NULL;

	free(block);
	return granted;
}

static const struct step {
	void (*move)(void);
	bool granted_in_init, granted_when_locked;
} steps[] = {
	{phaselock_forbid_begin, false, false}, /* forbid */
	{phaselock_permit_begin, true, true},	/* forbid permit */
	{phaselock_forbid_begin, false, false}, /* forbid permit forbid */
	{phaselock_forbid_end, true, true},	/* forbid permit */
	{phaselock_permit_end, false, false},	/* forbid */
	{phaselock_forbid_end, true, false},	/* none */
	{phaselock_permit_begin, true, true},	/* permit */
	{phaselock_forbid_begin, false, false}, /* permit forbid */
	{phaselock_forbid_end, true, true},	/* permit */
	{phaselock_permit_end, true, false},	/* none */
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

int main(void)
{
	struct phaselock_stats begin, did;

	require_armed();
	for (int locked = 0; locked < 2; locked++) {
		if (locked)
			lock_allocations();
		begin = thread_stats();
		for (size_t i = 0; i < STEPS; i++) {
			steps[i].move();
			CHECK_EQUAL(is_granted(), locked ? steps[i].granted_when_locked
							 : steps[i].granted_in_init);
		}
		did = thread_stats_since(&begin);
		CHECK_EQUAL(did.locked_attempts, locked ? 6 : 4);
		CHECK_EQUAL(did.permitted_attempts, locked ? 4 : 0);
	}
	return 0;
}
