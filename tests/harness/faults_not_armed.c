/* SPDX-License-Identifier: MIT */
/*
 * With another allocator in front nothing is found good: a death test, a failing request, a run
 * with failures and a number of requests each fail as an assertion does, and say why.
 *
 * shows: PL-332
 * environment: CMOCKA_MESSAGE_OUTPUT=tap
 *
 * run: {self}
 * exit: 0
 * stdout:
 * | 1..4
 * | ok 1 - aborts
 * | ok 2 - fails_nth
 * | ok 3 - survives
 * | ok 4 - counts
 * | # ok - tests
 *
 * run: {self}
 * environment: LD_PRELOAD=libtcmalloc_minimal.so.4
 * exit: 4
 * stdout:
 * | 1..4
 * | not ok 1 - aborts
 * | # asserted aborts on allocation: nothing was checked: phaselock is not armed: {any}
 * | # {any}: error: Failure!
 * | not ok 2 - fails_nth
 * | # asserted phaselock_fail_nth: nothing was checked: phaselock is not armed: {any}
 * | # {any}: error: Failure!
 * | not ok 3 - survives
 * | # asserted survives failures of copes: nothing was checked: phaselock is not armed: {any}
 * | # {any}: error: Failure!
 * | not ok 4 - counts
 * | # asserted phaselock_allocs_per_run: nothing was checked: phaselock is not armed: {any}
 * | # {any}: error: Failure!
 * | # not ok - tests
 * stderr:
 * | {lines}
 */
#define _GNU_SOURCE
#include <phaselock/cmocka.h>

static char *volatile sink;

static void aborts(void **state)
{
	(void)state;
	assert_aborts_on_allocation {
		sink = malloc(1);
	}
}

static void fails_nth(void **state)
{
	(void)state;
	phaselock_fail_nth(1);
	assert_null(sink = malloc(1));
}

static int copes(void *context)
{
	(void)context;
	sink = malloc(1);
	free(sink);
	return 0;
}

static void survives(void **state)
{
	(void)state;
	assert_survives_failures(copes, NULL);
}

static void nothing(void *context)
{
	(void)context;
}

static void counts(void **state)
{
	(void)state;
	assert_true(phaselock_allocs_per_run(3, nothing, NULL) <= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aborts),
		cmocka_unit_test(fails_nth),
		cmocka_unit_test(survives),
		cmocka_unit_test(counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
