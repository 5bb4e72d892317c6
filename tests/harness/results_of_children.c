/* SPDX-License-Identifier: MIT */
/*
 * Rows of results have the counts of what was run in a child: of a death test up to the end of its
 * block, of a function whose requests fail those of its last run, in which none did, and the blocks
 * that were lost in all runs. So have the reports of the callbacks.
 *
 * shows: PL-782
 * needs: sh
 * run: sh -c '{self} 2>errors; cut -f 5,8- results'
 * environment: PHASELOCK_RESULTS=results
 * exit: 0
 * stdout:
 * | aborts on allocation: 3 allocations, 60 bytes, 1 deallocations, 0 leaked
 * | aborts on allocation of "calloc", PHASELOCK_ANY_SIZE, NULL: 1 allocations, 10 bytes, 0 deallocations, 0 leaked
 * | aborts on allocation: 0 allocations, 0 bytes, 1 deallocations, 0 leaked
 * | survives failures of takes_two: 2 allocations, 30 bytes, 2 deallocations, 0 leaked
 * | survives failures of loses_one: 2 allocations, 12 bytes, 2 deallocations, 1 leaked
 * | aborts on allocation	3	60	1	0	holds
 * | aborts on allocation of "calloc", PHASELOCK_ANY_SIZE, NULL	1	10	0	0	failed
 * | aborts on allocation	0	0	1	0	failed
 * | survives failures of takes_two	2	30	2	0	holds
 * | survives failures of loses_one	2	12	2	1	failed
 */
#include <phaselock/assert.h>

#include <stdio.h>
#include <stdlib.h>

static char *volatile a, *volatile b;

static void told(const struct phaselock_check_report *report, void *context)
{
	(void)context;
	printf("%s: %lu allocations, %lu bytes, %lu deallocations, %lu leaked\n",
	       report->spec->name, (unsigned long)report->allocations, (unsigned long)report->bytes,
	       (unsigned long)report->deallocations, (unsigned long)report->leaked_blocks);
	fflush(stdout);
}

static void go_on(const struct phaselock_check_report *report, void *context)
{
	(void)report;
	(void)context;
}

static int takes_two(void *context)
{
	(void)context;
	a = malloc(10);
	b = malloc(20);
	free(a);
	free(b);
	return 0;
}

/* The first block, when there is none of the second. */
static int loses_one(void *context)
{
	(void)context;
	a = malloc(5);
	b = malloc(7);
	if (b == NULL)
		return 0;
	free(a);
	free(b);
	return 0;
}

int main(void)
{
	phaselock_on_check(told, NULL);
	phaselock_on_failure(go_on, NULL);
	PHASELOCK_ASSERT_ABORTS_ON_ALLOCATION {
		phaselock_permit_begin();
		a = malloc(1); /* is permitted, and counts in nothing */
		phaselock_permit_end();
		phaselock_set_policy(PHASELOCK_DENY);
		a = malloc(10);
		b = realloc(NULL, 20);
		free(a);
		phaselock_permit_begin();
		a = malloc(1);
		phaselock_permit_end();
		free(a);
		phaselock_set_policy(PHASELOCK_ABORT);
		a = malloc(30);
	}
	PHASELOCK_ASSERT_ABORTS_ON_ALLOCATION_OF("calloc", PHASELOCK_ANY_SIZE, NULL) {
		a = malloc(10);
	}
	a = malloc(1);
	PHASELOCK_ASSERT_ABORTS_ON_ALLOCATION {
		free(a);
	}
	free(a);
	PHASELOCK_ASSERT_SURVIVES_FAILURES(takes_two, NULL);
	PHASELOCK_ASSERT_SURVIVES_FAILURES(loses_one, NULL);
	return 0;
}
