/* SPDX-License-Identifier: MIT */
/*
 * Asserts that nothing is allocated, without the library, unless it is preloaded. For results.test.
 */
#define PHASELOCK_OPTIONAL
#include <phaselock/assert.h>

#include <stdio.h>

static void ignore(const struct phaselock_check_report *report, void *context)
{
	(void)context;
	fprintf(stderr, "%s", report->message);
}

int main(int argc, char **argv)
{
	phaselock_on_failure(ignore, NULL);
	phaselock_operation(argc > 1 ? argv[1] : NULL);
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		argc = 0;
	}
	return argc;
}
