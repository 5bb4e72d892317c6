// SPDX-License-Identifier: MIT
/*
 * The self-check of a sealed program that has its own operators new and delete, over malloc: the
 * check calls them for real, and their requests then are served and no violations. A request that
 * the program makes through them is one.
 *
 * shows: PL-677
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stdout:
 * | whole, 0 violations
 * | denied, 1 violation
 * stderr:
 * | {lines}
 */
#include "behaviour.h"

#include <cstdlib>
#include <new>

static unsigned used;

void *operator new(size_t size)
{
	used++;
	return malloc(size);
}

void operator delete(void *block) noexcept
{
	free(block);
}

void operator delete(void *block, size_t) noexcept
{
	free(block);
}

static void tell(const char *what)
{
	char line[64];
	unsigned long violations = phaselock_get_violations(nullptr, 0);
	int length = snprintf(line, sizeof(line), "%s, %lu violation%s\n", what, violations,
			      violations == 1 ? "" : "s");

	CHECK_EQUAL(write(STDOUT_FILENO, line, static_cast<size_t>(length)), length);
}

int main()
{
	unsigned before;

	require_armed();
	phaselock_seal_allocations();
	before = used;
	tell(phaselock_armed() == PHASELOCK_ENTRY_ALL ? "whole" : "not whole");
	CHECK(used > before);
	phaselock_permit_begin();
	tell(opaque(operator new(10)) == nullptr ? "denied" : "served");
	phaselock_permit_end();
	return 0;
}
