/* SPDX-License-Identifier: MIT */
/* Cases that must not come to their end: the guard lets the module trap. */
#define _GNU_SOURCE
#include "case.h"

#include <phaselock/phaselock.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Or the compiler would do without the requests. */
static void *volatile block;

CASE(trap_by_malloc)
{
	phaselock_lock_allocations();
	block = malloc(24);
	return 0;
}

CASE(trap_by_libc)
{
	phaselock_lock_allocations();
	block = strdup("a copy");
	return 0;
}

CASE(trap_by_growth)
{
	phaselock_lock_allocations();
	block = sbrk(65536);
	return 0;
}

CASE(trap_by_unlock)
{
	phaselock_seal_allocations();
	phaselock_unlock_allocations();
	return 0;
}

CASE(trap_by_wrong_end)
{
	phaselock_forbid_begin();
	phaselock_permit_end();
	return 0;
}

CASE(trap_by_depth)
{
	for (int i = 0; i < PHASELOCK_SCOPE_DEPTH_MAX; i++)
		phaselock_permit_begin();
	line("deep", 4);
	phaselock_forbid_begin();
	return 0;
}
