/* SPDX-License-Identifier: MIT */
/*
 * A block that does not end its process by the violation that was asserted fails its test with how
 * the child ended, and the test program goes on: whatever way the block is left.
 *
 * shows: PL-582 PL-320 PL-322 PL-323
 * environment: CMOCKA_MESSAGE_OUTPUT=tap
 * run: {self}
 * exit: 12
 * stdout:
 * | 1..13
 * | not ok 1 - end_of_block
 * | # asserted aborts on allocation: the block came to its end, without a violation
 * | # {any}/death_tests_that_fail.c:{number}: error: Failure!
 * | not ok 2 - returns
 * | # asserted aborts on allocation: the block came to its end, without a violation
 * | # {any}/death_tests_that_fail.c:{number}: error: Failure!
 * | not ok 3 - breaks
 * | # asserted aborts on allocation: the block came to its end, without a violation
 * | # {any}/death_tests_that_fail.c:{number}: error: Failure!
 * | not ok 4 - fails
 * | # asserted aborts on allocation: the block was left by longjmp(), as a failing assertion does, without a violation
 * | # {any}/death_tests_that_fail.c:{number}: error: Failure!
 * | not ok 5 - skips
 * | # asserted aborts on allocation: the block was left by longjmp(), as a failing assertion does, without a violation
 * | # {any}/death_tests_that_fail.c:{number}: error: Failure!
 * | not ok 6 - jumps_to_outer_block
 * | # asserted aborts on allocation: the block was left by longjmp(), as a failing assertion does, without a violation
 * | # {any}/death_tests_that_fail.c:{number}: error: Failure!
 * | not ok 7 - exits
 * | # asserted aborts on allocation: the block called exit(3), without a violation
 * | # {any}/death_tests_that_fail.c:{number}: error: Failure!
 * | not ok 8 - ends_at_once
 * | # asserted aborts on allocation: the block ended its process with status 4, without a violation
 * | # {any}/death_tests_that_fail.c:{number}: error: Failure!
 * | not ok 9 - crashes
 * | # asserted aborts on allocation: the block ended by SIGSEGV (Segmentation fault), without a violation
 * | # {any}/death_tests_that_fail.c:{number}: error: Failure!
 * | not ok 10 - aborts_by_itself
 * | # asserted aborts on allocation: the block ended by SIGABRT (Aborted), without a violation
 * | #   it wrote:
 * | #     last words
 * | # {any}/death_tests_that_fail.c:{number}: error: Failure!
 * | not ok 11 - violates_otherwise
 * | # asserted aborts on allocation of "malloc", 5, {any}: the block ended by SIGABRT (Aborted), by another violation (other size) (first: {any}):
 * | #   malloc(7)
 * | #     #0 {any}
 * | {lines}
 * | # {any}/death_tests_that_fail.c:{number}: error: Failure!
 * | not ok 12 - is_served
 * | # asserted aborts on allocation: the block ended by SIGABRT (Aborted), after a violation that was let pass (first: {any}):
 * | #   malloc(7)
 * | #     #0 {any}
 * | {lines}
 * | # {any}/death_tests_that_fail.c:{number}: error: Failure!
 * | ok 13 - after
 * | # not ok - tests
 * | # end of process
 */
#define _GNU_SOURCE
#include <phaselock/cmocka.h>

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static char *volatile sink;

static void end_of_block(void **state)
{
	(void)state;
	assert_aborts_on_allocation {
		sink = NULL;
	}
}

static void returns(void **state)
{
	(void)state;
	assert_aborts_on_allocation {
		if (sink == NULL)
			return;
	}
}

static void breaks(void **state)
{
	(void)state;
	assert_aborts_on_allocation {
		break;
	}
}

static void fails(void **state)
{
	(void)state;
	assert_aborts_on_allocation {
		assert_int_equal(1, 2);
	}
}

static void skips(void **state)
{
	(void)state;
	assert_aborts_on_allocation {
		skip();
	}
}

static void jumps_to_outer_block(void **state)
{
	static jmp_buf place;

	(void)state;
	assert_no_allocations {
		if (setjmp(place) == 0) {
			assert_aborts_on_allocation {
				longjmp(place, 1);
			}
		}
	}
}

static void exits(void **state)
{
	(void)state;
	assert_aborts_on_allocation {
		exit(3);
	}
}

static void ends_at_once(void **state)
{
	(void)state;
	assert_aborts_on_allocation {
		_exit(4);
	}
}

static void crashes(void **state)
{
	(void)state;
	assert_aborts_on_allocation {
		*(volatile int *)sink = 1;
	}
}

static void aborts_by_itself(void **state)
{
	static const char text[] = "last words\n";

	(void)state;
	assert_aborts_on_allocation {
		if (write(STDERR_FILENO, text, sizeof(text) - 1) > 0)
			abort();
	}
}

static void violates_otherwise(void **state)
{
	(void)state;
	assert_aborts_on_allocation_of("malloc", 5, NULL) {
		sink = malloc(7);
	}
}

static enum phaselock_verdict allow(const struct phaselock_violation *violation, void *context)
{
	(void)violation;
	(void)context;
	return PHASELOCK_ALLOW;
}

/* An abort after a violation that was served is none by that violation. */
static void is_served(void **state)
{
	(void)state;
	assert_aborts_on_allocation {
		phaselock_set_handler(allow, NULL);
		sink = malloc(7);
		abort();
	}
}

static void after(void **state)
{
	(void)state;
	assert_aborts_on_allocation {
		sink = malloc(1);
	}
}

static void at_end(void)
{
	puts("# end of process");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(end_of_block),
		cmocka_unit_test(returns),
		cmocka_unit_test(breaks),
		cmocka_unit_test(fails),
		cmocka_unit_test(skips),
		cmocka_unit_test(jumps_to_outer_block),
		cmocka_unit_test(exits),
		cmocka_unit_test(ends_at_once),
		cmocka_unit_test(crashes),
		cmocka_unit_test(aborts_by_itself),
		cmocka_unit_test(violates_otherwise),
		cmocka_unit_test(is_served),
		cmocka_unit_test(after),
	};

	atexit(at_end);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
