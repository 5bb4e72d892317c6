/* SPDX-License-Identifier: MIT */
/*
 * A block that never ends is ended after ten seconds, and so is a run of a function that hangs when
 * a request of it fails. Both are said.
 *
 * shows: PL-322 PL-328
 * environment: CMOCKA_MESSAGE_OUTPUT=tap
 * run: {self}
 * exit: 2
 * stdout:
 * | 1..2
 * | not ok 1 - block_hangs
 * | # asserted aborts on allocation: the block still ran after 10 seconds and was killed, without a violation
 * | {any}: error: Failure!
 * | not ok 2 - function_hangs
 * | # asserted survives failures of wait_for_memory: 0 crashes, 0 leaks, 0 wrong results, 1 hang in 2 runs (first: {any})
 * | # request 1 failed:
 * | #   malloc(10)
 * | #     #0 {any}
 * | {lines}
 * | #   and it still ran after 10 seconds and was killed
 * | {any}: error: Failure!
 * | # not ok - tests
 */
#define _GNU_SOURCE
#include <phaselock/cmocka.h>

#include <unistd.h>

static void block_hangs(void **state)
{
	(void)state;
	assert_aborts_on_allocation {
		for (;;)
			pause();
	}
}

static int wait_for_memory(void *context)
{
	char *volatile block = malloc(10);

	(void)context;
	while (block == NULL)
		pause();
	free(block);
	return 0;
}

static void function_hangs(void **state)
{
	(void)state;
	assert_survives_failures(wait_for_memory, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(block_hangs),
		cmocka_unit_test(function_hangs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
