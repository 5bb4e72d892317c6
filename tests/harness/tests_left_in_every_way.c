/* SPDX-License-Identifier: MIT */
/*
 * However a test leaves an assertion's block, the assertion is closed: it is judged when the block
 * is left by return, break, continue, goto or its end, also in a function of another file, and
 * given up when CMocka ends the test from inside. The next test begins with nothing open: no
 * assertion, no scope, no lock. A test that leaves one of those open of itself is named.
 *
 * shows: PL-300 PL-304 PL-305
 * run: {self}
 * environment: CMOCKA_MESSAGE_OUTPUT=tap
 * exit: 13
 * stdout:
 * | 1..19
 * | not ok 1 - left_by_return
 * | # asserted no allocations: 1 allocation, 1 byte (first: {any})
 * | {lines}
 * | not ok 2 - left_by_break
 * | # asserted no allocations: 1 allocation, 2 bytes (first: {any})
 * | {lines}
 * | not ok 3 - left_by_goto
 * | # asserted no allocations: 1 allocation, 3 bytes (first: {any})
 * | {lines}
 * | not ok 4 - left_by_continue
 * | # asserted no allocations: 1 allocation, 4 bytes (first: {any})
 * | {lines}
 * | not ok 5 - left_by_fail
 * | # {any}/tests_left_in_every_way.c:{number}: error: Failure!
 * | not ok 6 # SKIP left_by_skip
 * | not ok 7 - left_by_assert_of_cmocka
 * | # 0x1 != 0x2
 * | {lines}
 * | not ok 8 - left_by_assert_inside_scopes Could not run test: "not"
 * | {any}/tests_left_in_every_way.c:{number}: error: Failure!
 * | left_by_assert_inside_scopes left the heap locked
 * | Test teardown failed
 * | ok 9 - nothing_is_open
 * | not ok 10 - left_in_helper
 * | # asserted no allocations: 1 allocation, 5 bytes (first: {any})
 * | {lines}
 * | # {any}/helper.h:{number}: error: Failure!
 * | not ok 11 - inner_fails
 * | # asserted no allocations: 1 allocation, 6 bytes (first: {any})
 * | {lines}
 * | ok 12 - nothing_is_open
 * | not ok 13 - left_by_jump_of_its_own
 * | # asserted no allocations: its block was left by longjmp(), so nothing was judged
 * | # {any}/tests_left_in_every_way.c:{number}: error: Failure!
 * | ok 14 - nothing_is_open
 * | not ok 15 - leaves_a_scope_open Could not run test: leaves_a_scope_open left a scope open
 * | Test teardown failed
 * | ok 16 - nothing_is_open
 * | not ok 17 - leaves_the_heap_locked Could not run test: leaves_the_heap_locked left the heap locked
 * | Test teardown failed
 * | ok 18 - nothing_is_open
 * | not ok 19 - leaves_the_heap_sealed Could not run test: leaves_the_heap_sealed left the heap sealed
 * | Test teardown failed
 * | # not ok - tests
 * stderr:
 * | {lines}
 */
#define _GNU_SOURCE
#include <phaselock/cmocka.h>

#include "parts/helper.h"

static void *volatile sink;

static void left_by_return(void **state)
{
	(void)state;
	assert_no_allocations {
		sink = malloc(1);
		return;
	}
}

static void left_by_break(void **state)
{
	(void)state;
	assert_no_allocations {
		sink = malloc(2);
		break;
	}
}

static void left_by_goto(void **state)
{
	(void)state;
	assert_no_allocations {
		sink = malloc(3);
		goto out;
	}
out:
	sink = NULL;
}

static void left_by_continue(void **state)
{
	(void)state;
	assert_no_allocations {
		sink = malloc(4);
		continue;
	}
}

static void left_by_fail(void **state)
{
	(void)state;
	assert_allocates {
		fail();
	}
}

static void left_by_skip(void **state)
{
	(void)state;
	assert_allocates {
		skip();
	}
}

static void left_by_assert_of_cmocka(void **state)
{
	(void)state;
	assert_no_allocations_anywhere {
		assert_int_equal(1, 2);
	}
}

static void left_by_assert_inside_scopes(void **state)
{
	(void)state;
	PHASELOCK_PERMIT_SCOPE;
	lock_allocations();
	{
		PHASELOCK_FORBID_SCOPE;
		assert_null("not");
	}
	unlock_allocations();
}

/* Neither the forbid and the permit scope nor the lock of an earlier test, nor an assertion. */
static void nothing_is_open(void **state)
{
	(void)state;
	free(malloc(1));
	assert_int_equal(phaselock_get_phase(), PHASELOCK_INIT);
	assert_exact_allocations(1) {
		sink = malloc(1);
	}
	assert_no_deallocations {
		sink = malloc(1);
	}
}

static void left_in_helper(void **state)
{
	(void)state;
	helper_that_allocates(5);
	print_message("not to be reached\n");
}

static void inner_fails(void **state)
{
	(void)state;
	assert_allocates {
		assert_no_allocations {
			sink = malloc(6);
		}
		print_message("not to be reached\n");
	}
}

static void left_by_jump_of_its_own(void **state)
{
	static jmp_buf back;

	(void)state;
	if (setjmp(back) == 0)
		assert_no_allocations {
			longjmp(back, 1);
		}
}

static void leaves_a_scope_open(void **state)
{
	(void)state;
	phaselock_permit_begin();
}

static void leaves_the_heap_locked(void **state)
{
	(void)state;
	lock_allocations();
}

static void leaves_the_heap_sealed(void **state)
{
	(void)state;
	phaselock_seal_allocations();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(left_by_return),
		cmocka_unit_test(left_by_break),
		cmocka_unit_test(left_by_goto),
		cmocka_unit_test(left_by_continue),
		cmocka_unit_test(left_by_fail),
		cmocka_unit_test(left_by_skip),
		cmocka_unit_test(left_by_assert_of_cmocka),
		cmocka_unit_test(left_by_assert_inside_scopes),
		cmocka_unit_test(nothing_is_open),
		cmocka_unit_test(left_in_helper),
		cmocka_unit_test(inner_fails),
		cmocka_unit_test(nothing_is_open),
		cmocka_unit_test(left_by_jump_of_its_own),
		cmocka_unit_test(nothing_is_open),
		cmocka_unit_test(leaves_a_scope_open),
		cmocka_unit_test(nothing_is_open),
		cmocka_unit_test(leaves_the_heap_locked),
		cmocka_unit_test(nothing_is_open),
		cmocka_unit_test(leaves_the_heap_sealed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
