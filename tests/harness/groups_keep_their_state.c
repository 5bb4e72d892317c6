/* SPDX-License-Identifier: MIT */
/*
 * The frame around each test changes nothing of CMocka's own: the state of a group, the initial
 * state and the set-up and tear-down of a test, and what comes of those that fail. An assertion
 * also works in them. CMocka cuts a text at 1,023 bytes: the program's path is short.
 *
 * shows: PL-307
 * script: cp {self} program && exec ./program
 * environment: CMOCKA_MESSAGE_OUTPUT=tap
 * exit: 4
 * stdout:
 * | 1..8
 * | ok 1 - has_initial_state
 * | ok 2 - has_state_of_setup
 * | not ok 3 - setup_returns_an_error Could not run test: Test setup failed
 * | not ok 4 - setup_allocates Could not run test: asserted no allocations: 1 allocation, 3 bytes (first: {any})
 * | {lines}
 * | not ok 5 - teardown_returns_an_error Could not run test: Test teardown failed
 * | not ok 6 - teardown_allocates Could not run test: asserted no allocations: 1 allocation, 4 bytes (first: {any})
 * | {lines}
 * | ok 7 - has_no_state
 * | ok 8 - is_a_setup_alone
 * | # not ok - without_group
 * | 1..2
 * | ok 1 - has_state_of_group
 * | ok 2 - runs_while_the_group_has_locked
 * | group is torn down
 * | # ok - with_group
 * stderr:
 * | {lines}
 */
#include <phaselock/cmocka.h>

static int initial = 1, of_setup = 2, of_group = 3;
static void *volatile sink;

static void has_initial_state(void **state)
{
	assert_ptr_equal(*state, &initial);
}

static void has_state_of_setup(void **state)
{
	assert_ptr_equal(*state, &of_setup);
}

static void has_no_state(void **state)
{
	assert_null(*state);
}

static void is_not_run(void **state)
{
	(void)state;
	fail();
}

static void passes(void **state)
{
	(void)state;
}

static void has_state_of_group(void **state)
{
	assert_ptr_equal(*state, &of_group);
	assert_no_allocations_anywhere {
		sink = *state;
	}
}

static void runs_while_the_group_has_locked(void **state)
{
	(void)state;
	assert_int_equal(phaselock_get_phase(), PHASELOCK_LOCKED);
	assert_violation {
		sink = malloc(1);
	}
}

static int set_up(void **state)
{
	*state = &of_setup;
	return 0;
}

static int set_up_in_vain(void **state)
{
	(void)state;
	return -1;
}

static int set_up_with_heap(void **state)
{
	(void)state;
	assert_no_allocations {
		sink = malloc(3);
	}
	return 0;
}

static int tear_down(void **state)
{
	assert_ptr_equal(*state, &of_setup);
	return 0;
}

static int tear_down_in_vain(void **state)
{
	(void)state;
	return -1;
}

static int tear_down_with_heap(void **state)
{
	(void)state;
	assert_no_allocations {
		sink = malloc(4);
	}
	return 0;
}

static int set_group_up(void **state)
{
	*state = &of_group;
	lock_allocations();
	return 0;
}

static int tear_group_down(void **state)
{
	unlock_allocations();
	assert_ptr_equal(*state, &of_group);
	print_message("group is torn down\n");
	return 0;
}

#define TEST(name, function, setup, teardown)                                                      \
	{                                                                                          \
		name, function, setup, teardown, NULL                                              \
	}

int main(void)
{
	const struct CMUnitTest without_group[] = {
		cmocka_unit_test_prestate(has_initial_state, &initial),
		cmocka_unit_test_setup_teardown(has_state_of_setup, set_up, tear_down),
		TEST("setup_returns_an_error", is_not_run, set_up_in_vain, NULL),
		TEST("setup_allocates", is_not_run, set_up_with_heap, NULL),
		TEST("teardown_returns_an_error", passes, NULL, tear_down_in_vain),
		TEST("teardown_allocates", passes, NULL, tear_down_with_heap),
		cmocka_unit_test(has_no_state),
		TEST("is_a_setup_alone", NULL, set_up, tear_down),
	};
	const struct CMUnitTest with_group[] = {
		cmocka_unit_test(has_state_of_group),
		cmocka_unit_test(runs_while_the_group_has_locked),
	};
	int failed = cmocka_run_group_tests(without_group, NULL, NULL);

	return failed + cmocka_run_group_tests(with_group, set_group_up, tear_group_down);
}
