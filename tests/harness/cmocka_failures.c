/* SPDX-License-Identifier: MIT */
/*
 * A failing assertion fails its own test alone, at its own line, with the call stack of each
 * request; the next test runs. It is closed however its block is left.
 *
 * shows: PL-300
 * run: {self}
 * exit: 1
 * stdout:
 * | {lines}
 * | ok 1 - clean
 * | not ok 2 - dirty
 * | # asserted no allocations: 1 allocation, 2 bytes (first: {any})
 * | #   1 x malloc(2)
 * | #     #0 {any}
 * | {lines}
 * | # {any}/cmocka_failures.c:{number}: error: Failure!
 * | ok 3 - after
 * | {lines}
 * environment: CMOCKA_MESSAGE_OUTPUT=tap
 */
#define _GNU_SOURCE
#include <phaselock/cmocka.h>

static char *volatile sink;

static void clean(void **state)
{
	(void)state;
	assert_no_allocations {
		sink = NULL;
	}
}

static void dirty(void **state)
{
	(void)state;
	assert_no_allocations {
		sink = strdup("x");
	}
}

static void after(void **state)
{
	(void)state;
	assert_allocates {
		sink = malloc(3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean),
		cmocka_unit_test(dirty),
		cmocka_unit_test(after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
