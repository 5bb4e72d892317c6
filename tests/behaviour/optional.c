/* SPDX-License-Identifier: MIT */
/*
 * A program built with PHASELOCK_OPTIONAL links and runs without the library, where the short
 * names and the scopes do nothing; the same binary is guarded when the library is preloaded.
 * Linked with the library it is guarded as well.
 *
 * shows: PL-032 PL-063
 * libc: glibc musl
 * run: {self}
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stdout:
 * | present: 3 requests denied
 * stderr:
 * | phaselock: 3 violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 * run: sh -c 'gcc -O2 -fno-builtin-malloc -I{source}/include {source}/tests/behaviour/optional.c
 *     -o alone && exec ./alone'
 * backend: jemalloc system
 * needs: gcc
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stdout:
 * | absent: 0 requests denied
 * run: sh -c 'gcc -O2 -fno-builtin-malloc -I{source}/include {source}/tests/behaviour/optional.c
 *     -o alone && LD_PRELOAD={build}/libphaselock.so exec ./alone'
 * backend: jemalloc system
 * needs: gcc
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stdout:
 * | present: 3 requests denied
 * stderr:
 * | phaselock: 3 violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 */
#define PHASELOCK_OPTIONAL
#include "behaviour.h"

#include <stdlib.h>

static unsigned denied;

static void request(void)
{
	void *block = opaque(malloc(100));

	denied += block == NULL;
	free(block);
}

static void request_in_forbid_scope(void)
{
	PHASELOCK_FORBID_SCOPE;

	request();
}

static void request_in_permit_scope(void)
{
	PHASELOCK_PERMIT_SCOPE;

	request();
}

int main(void)
{
	struct phaselock_stats stats;

	if (phaselock_present())
		require_armed();
	reset_stats();
	request();
	request_in_forbid_scope();
	lock_allocations();
	request();
	request_in_permit_scope();
	request();
	unlock_allocations();
	request();
	stats = get_stats();
	CHECK_EQUAL(stats.locked_attempts, denied);
	CHECK_EQUAL(stats.allocations, phaselock_present() ? 3 : 0);
	printf("%s: %u requests denied\n", phaselock_present() ? "present" : "absent", denied);
	return 0;
}
