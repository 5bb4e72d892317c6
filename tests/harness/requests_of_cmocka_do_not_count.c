/* SPDX-License-Identifier: MIT */
/*
 * What CMocka allocates for itself counts in no assertion and is no violation of a locked phase:
 * queues of will_return and expect_*, the calls that empty them, and the text of a failing assert.
 * What its test_malloc() allocates for the code under test counts, in both phases; so does what a
 * check function of the test allocates, which CMocka calls. With a short path in its frames a text
 * fits into CMocka's buffer.
 *
 * shows: PL-306
 * run: sh -c 'cp {self} t && exec ./t'
 * environment: CMOCKA_MESSAGE_OUTPUT=tap
 * exit: 5
 * stdout:
 * | 1..12
 * | ok 1 - queues
 * | ok 2 - queues_while_locked
 * | ok 3 - queues_of_the_process
 * | ok 4 - test_malloc_counts
 * | ok 5 - test_malloc_counts_while_locked
 * | not ok 6 - test_malloc_fails
 * | # asserted no allocations: 1 allocation, {number} bytes (first: {any})
 * | #   1 x malloc({number})
 * | {lines}
 * | #{any}_test_malloc+{any}
 * | {lines}
 * | # {any}: error: Failure!
 * | not ok 7 - own_check_function_counts
 * | # asserted no allocations: 1 allocation, 80 bytes (first: {any})
 * | {lines}
 * | not ok 8 - failing_assert_while_locked Could not run test: "x" != "y"
 * | {any}: error: Failure!
 * | failing_assert_while_locked left the heap locked
 * | Test teardown failed
 * | not ok 9 - missing_call_while_locked Could not run test: {any}
 * | {lines}
 * | missing_call_while_locked left the heap locked
 * | Test teardown failed
 * | not ok 10 - own_assertion_while_locked Could not run test: asserted no allocations: 1 allocation, 96 bytes (first: {any})
 * | {lines}
 * | own_assertion_while_locked left the heap locked
 * | Test teardown failed
 * | ok 11 - phase_is_init
 * | ok 12 - _test_prefixed_function_is_no_exception
 * | # not ok - tests
 * stderr:
 * | {lines}
 */
#define _GNU_SOURCE
#define UNIT_TESTING 1 /* with nothing before it: the header brings <stdlib.h> itself */
#include <phaselock/cmocka.h>

static void *volatile sink;

/* ---- mocks ----------------------------------------------------------------------------------- */

static int device(int number, const char *text)
{
	function_called();
	check_expected(number);
	check_expected_ptr(text);
	return mock_type(int);
}

static void expect_device(int result)
{
	expect_function_call(device);
	expect_value(device, number, 1);
	expect_string(device, text, "text");
	will_return(device, result);
}

static void queue_and_call(void)
{
	expect_device(7);
	assert_int_equal(device(1, "text"), 7);
}

static void queues(void **state)
{
	(void)state;
	assert_no_allocations {
		queue_and_call();
	}
	assert_no_deallocations {
		queue_and_call();
	}
	assert_no_leak {
		expect_device(7);
	}
	device(1, "text");
	assert_exact_allocations(1) {
		queue_and_call();
		sink = aligned_alloc(16, 16);
		queue_and_call();
	}
}

static void queues_while_locked(void **state)
{
	struct phaselock_stats before = get_stats();

	(void)state;
	lock_allocations();
	queue_and_call(); /* outside of any assertion, too */
	assert_no_allocations {
		queue_and_call();
	}
	unlock_allocations();
	assert_int_equal(get_stats().locked_attempts, before.locked_attempts);
}

static void queues_of_the_process(void **state)
{
	(void)state;
	assert_no_allocations_anywhere {
		queue_and_call();
	}
}

/* ---- what counts ----------------------------------------------------------------------------- */

static void test_malloc_counts(void **state)
{
	(void)state;
	assert_exact_allocations(2) {
		void *block = test_malloc(10);

		test_free(test_realloc(block, 20));
	}
	assert_allocates {
		sink = test_calloc(2, 5);
	}
	assert_no_leak {
		test_free(test_malloc(10));
	}
	test_free(sink);
}

static void test_malloc_counts_while_locked(void **state)
{
	lock_allocations();
	test_malloc_counts(state);
	assert_violation {
		test_free(test_malloc(10));
	}
	unlock_allocations();
}

static void test_malloc_fails(void **state)
{
	(void)state;
	assert_no_allocations {
		sink = test_malloc(10);
		test_free(sink);
	}
}

static int allocating_check(const LargestIntegralType value, const LargestIntegralType data)
{
	(void)value;
	(void)data;
	sink = aligned_alloc(16, 80);
	return 1;
}

static void called_back(int number)
{
	check_expected(number);
}

static void own_check_function_counts(void **state)
{
	(void)state;
	expect_check(called_back, number, allocating_check, 0);
	assert_no_allocations {
		called_back(1);
	}
}

/* ---- failures while locked ------------------------------------------------------------------- */

static void failing_assert_while_locked(void **state)
{
	(void)state;
	lock_allocations();
	assert_string_equal("x", "y");
}

static void missing_call_while_locked(void **state)
{
	(void)state;
	lock_allocations();
	expect_device(7);
}

static void own_assertion_while_locked(void **state)
{
	(void)state;
	lock_allocations();
	assert_no_allocations {
		sink = aligned_alloc(16, 96);
	}
}

static void phase_is_init(void **state)
{
	(void)state;
	assert_int_equal(phaselock_get_phase(), PHASELOCK_INIT);
}

/* Named as the functions of CMocka that do count, and seen in call stacks. */
void _test_prefixed_function_is_no_exception(void **state);
void _test_prefixed_function_is_no_exception(void **state)
{
	queues(state);
	sink = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queues),
		cmocka_unit_test(queues_while_locked),
		cmocka_unit_test(queues_of_the_process),
		cmocka_unit_test(test_malloc_counts),
		cmocka_unit_test(test_malloc_counts_while_locked),
		cmocka_unit_test(test_malloc_fails),
		cmocka_unit_test(own_check_function_counts),
		cmocka_unit_test(failing_assert_while_locked),
		cmocka_unit_test(missing_call_while_locked),
		cmocka_unit_test(own_assertion_while_locked),
		cmocka_unit_test(phase_is_init),
		cmocka_unit_test(_test_prefixed_function_is_no_exception),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
