/* SPDX-License-Identifier: MIT */
/*
 * The child of a locked process is locked and has its parent's counts. What either does afterwards
 * is its own: a child may unlock itself while its parent stays locked. The same holds for a sealed
 * process, and inside a scope.
 *
 * shows: PL-013 PL-018
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: 2 violations at 2 sites, by count:
 * | phaselock:   and 2 sites more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <stdlib.h>
#include <sys/wait.h>

/* Runs the function in a child, which must end with 0. */
static void in_child(void (*function)(const struct phaselock_stats *parent),
		     const struct phaselock_stats *parent)
{
	pid_t child = fork();
	int status;

	CHECK(child >= 0);
	if (child == 0) {
		function(parent);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void has_the_counts_of(const struct phaselock_stats *parent)
{
	struct phaselock_stats mine = get_stats();

	CHECK(memcmp(&mine, parent, sizeof(mine)) == 0);
}

static void locked_child(const struct phaselock_stats *parent)
{
	has_the_counts_of(parent);
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_LOCKED);
	CHECK(opaque(malloc(100)) == NULL);
	CHECK_EQUAL(get_stats().locked_attempts, parent->locked_attempts + 1);
	unlock_allocations();
	free(opaque(malloc(100)));
	CHECK_EQUAL(get_stats().allocations, parent->allocations + 1);
}

static void permitted_child(const struct phaselock_stats *parent)
{
	has_the_counts_of(parent);
	free(opaque(malloc(100)));
	CHECK_EQUAL(get_stats().permitted_attempts, parent->permitted_attempts + 1);
	phaselock_permit_end();
	CHECK(opaque(malloc(100)) == NULL);
}

static void sealed_child(const struct phaselock_stats *parent)
{
	has_the_counts_of(parent);
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_SEALED);
	CHECK(opaque(malloc(100)) == NULL);
	unlock_allocations();
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_SEALED);
}

int main(void)
{
	struct phaselock_stats stats;

	require_armed();
	free(opaque(malloc(1000)));
	lock_allocations();
	CHECK(opaque(malloc(100)) == NULL);
	stats = get_stats();
	in_child(locked_child, &stats);
	has_the_counts_of(&stats);
	CHECK(opaque(malloc(100)) == NULL);

	phaselock_permit_begin();
	stats = get_stats();
	in_child(permitted_child, &stats);
	phaselock_permit_end();

	phaselock_seal_allocations();
	stats = get_stats();
	in_child(sealed_child, &stats);
	return 0;
}
