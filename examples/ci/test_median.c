/* SPDX-License-Identifier: MIT */
/*
 * Which operations make no heap request once everything is set up. Each is locked, so that
 * `phaselock run` has something to judge, and asserted, so that PHASELOCK_RESULTS has its name.
 */
#include "median.h"

#include <phaselock/assert.h>
#include <stdio.h>

#define WINDOW 5

static unsigned failures;

static void count_failure(const struct phaselock_check_report *report, void *context)
{
	(void)context;
	failures++;
	fprintf(stderr, "%s:%d: %s", report->spec->file, report->spec->line, report->message);
}

static void put(struct median *median)
{
	double last = 0;

	phaselock_operation("median_put");
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		for (int i = 1; i <= 3 * WINDOW; i++)
			last = median_put(median, i);
	}
	failures += last != 3 * WINDOW - WINDOW / 2;
}

static void reset(struct median *median)
{
	phaselock_operation("median_reset");
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		median_reset(median);
	}
	failures += median_put(median, 7) != 7;
}

int main(void)
{
	struct median *median = median_create(WINDOW);

	if (median == NULL)
		return 1;
	phaselock_on_failure(count_failure, NULL);
	lock_allocations();
	put(median);
	reset(median);
	unlock_allocations();
	median_destroy(median);
	return failures > 0;
}
