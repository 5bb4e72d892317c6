/* SPDX-License-Identifier: MIT */
/*
 * A function is run with each of its requests failing, each time in a child. What crashes, leaks,
 * returns a wrong result or leaves its run is told with the request that failed; what copes with
 * all of it passes, and what cannot be brought to an end does not.
 *
 * shows: PL-326 PL-327 PL-329
 * environment: CMOCKA_MESSAGE_OUTPUT=tap
 * run: {self}
 * exit: 4
 * stdout:
 * | 1..8
 * | ok 1 - right_one_survives
 * | not ok 2 - crash_is_seen
 * | # asserted survives failures of forgets_to_check: 1 crash, 0 leaks, 0 wrong results, 0 hangs in 2 runs (first: {any})
 * | # request 1 failed:
 * | #   malloc(4)
 * | #     #0 {any}
 * | {lines}
 * | #   and it ended by SIGSEGV (Segmentation fault)
 * | {any}: error: Failure!
 * | not ok 3 - leak_on_the_error_path_is_seen
 * | # asserted survives failures of forgets_to_free: 0 crashes, 1 leak, 0 wrong results, 0 hangs in 3 runs (first: {any})
 * | # request 2 failed:
 * | #   malloc(12)
 * | #     #0 {any}
 * | {lines}
 * | #   and 1 block is still allocated:
 * | #   malloc(11)
 * | #     #0 {any}
 * | {lines}
 * | {any}: error: Failure!
 * | not ok 4 - bug_of_the_third_failure_is_seen
 * | # asserted survives failures of loses_the_third: 0 crashes, 0 leaks, 1 wrong result, 0 hangs in 5 runs (first: {any})
 * | # request 3 failed:
 * | #   realloc({any}, 3)
 * | #     #0 {any}
 * | {lines}
 * | #   and it returned 1
 * | {any}: error: Failure!
 * | not ok 5 - exit_is_seen
 * | # asserted survives failures of gives_up: 0 crashes, 0 leaks, 0 wrong results, 0 hangs, 1 run without an end of its own in 2 runs (first: {any})
 * | # request 1 failed:
 * | #   calloc(20)
 * | #     #0 {any}
 * | {lines}
 * | #   and it called exit(1)
 * | {any}: error: Failure!
 * | ok 6 - faults_are_counted
 * | ok 7 - no_end_is_no_pass
 * | ok 8 - fault_without_a_failure_is_seen
 * | # not ok - tests
 */
#define _GNU_SOURCE
#include <phaselock/cmocka.h>

#include <unistd.h>

static int copes(void *context)
{
	char *volatile first = malloc(11), *volatile second = NULL;

	if (first != NULL)
		second = malloc(12);
	if (context != NULL)
		++*(int *)context;
	free(second);
	free(first);
	return 0;
}

static void right_one_survives(void **state)
{
	int runs = 0;

	(void)state;
	assert_survives_failures(copes, &runs);
	assert_int_equal(runs, 0); /* they were the children's */
}

static int forgets_to_check(void *context)
{
	int *volatile block = malloc(sizeof(int));

	(void)context;
	*block = 1;
	free(block);
	return 0;
}

static void crash_is_seen(void **state)
{
	(void)state;
	assert_survives_failures(forgets_to_check, NULL);
}

static int forgets_to_free(void *context)
{
	char *volatile first = malloc(11), *volatile second;

	(void)context;
	if (first == NULL)
		return 0;
	second = malloc(12);
	if (second == NULL)
		return 0;
	free(second);
	free(first);
	return 0;
}

static void leak_on_the_error_path_is_seen(void **state)
{
	(void)state;
	assert_survives_failures(forgets_to_free, NULL);
}

/* Grows a text letter by letter; what was there must still be there when it cannot grow. */
static int loses_the_third(void *context)
{
	char *volatile text = NULL;
	int result = 0;

	(void)context;
	for (size_t length = 1; length <= 4; length++) {
		char *volatile longer = realloc(text, length);

		if (longer == NULL) {
			result = length == 3;
			break;
		}
		text = longer;
	}
	free(text);
	return result;
}

static void bug_of_the_third_failure_is_seen(void **state)
{
	(void)state;
	assert_survives_failures(loses_the_third, NULL);
}

static int gives_up(void *context)
{
	char *volatile block = calloc(4, 5);

	(void)context;
	if (block == NULL)
		exit(1);
	free(block);
	return 0;
}

static void exit_is_seen(void **state)
{
	(void)state;
	assert_survives_failures(gives_up, NULL);
}

static void faults_are_counted(void **state)
{
	struct phaselock_faults faults = {0};

	(void)state;
	assert_int_equal(phaselock_for_each_failure(forgets_to_check, NULL, &faults), 1);
	assert_int_equal(faults.runs, 2);
	assert_int_equal(faults.crashes, 1);
	assert_int_equal(phaselock_for_each_failure(forgets_to_free, NULL, &faults), 1);
	assert_int_equal(faults.runs, 3);
	assert_int_equal(faults.leaks, 1);
	assert_int_equal(phaselock_for_each_failure(copes, NULL, NULL), 0);
}

static int never_fewer(void *context)
{
	(void)context;
	for (int i = 0; i < 1000; i++) {
		char *volatile block = malloc(1);

		free(block);
	}
	return 0;
}

static void no_end_is_no_pass(void **state)
{
	struct phaselock_faults faults = {.runs_max = 20};

	(void)state;
	assert_int_equal(phaselock_for_each_failure(never_fewer, NULL, &faults), 1);
	assert_int_equal(faults.runs, 20);
	assert_true(faults.gave_up);
	assert_non_null(strstr(faults.message, "given up"));
}

static int keeps_one(void *context)
{
	return (*(char **)context = malloc(1)) != NULL ? 7 : 0;
}

static void fault_without_a_failure_is_seen(void **state)
{
	struct phaselock_faults faults = {0};
	char *place;

	(void)state;
	assert_int_equal(phaselock_for_each_failure(keeps_one, &place, &faults), 2);
	assert_int_equal(faults.runs, 2);
	assert_int_equal(faults.leaks, 1);
	assert_int_equal(faults.wrong_results, 1);
	assert_non_null(strstr(faults.message, "no request failed:\n  and it returned 7\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_one_survives),
		cmocka_unit_test(crash_is_seen),
		cmocka_unit_test(leak_on_the_error_path_is_seen),
		cmocka_unit_test(bug_of_the_third_failure_is_seen),
		cmocka_unit_test(exit_is_seen),
		cmocka_unit_test(faults_are_counted),
		cmocka_unit_test(no_end_is_no_pass),
		cmocka_unit_test(fault_without_a_failure_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
