/* SPDX-License-Identifier: MIT */
/*
 * Pitfall: a mock runs in the block, so what it allocates counts. CMocka's own requests do not:
 * will_return() and mock() may stand in the block. A mock that keeps its arguments on the heap
 * fails the test of the code that calls it. Cure: a permit scope in the mock.
 *
 * shows: PL-357
 * environment: CMOCKA_MESSAGE_OUTPUT=tap
 * exit: 1
 * stdout:
 * | {any}1..3
 * | ok 1 - will_return_in_the_block_does_not_count
 * | not ok 2 - mock_that_copies_counts
 * | # asserted no allocations: 1 allocation, 6 bytes (first: {any})
 * | {lines}
 * | ok 3 - mock_with_permit_scope_does_not_count
 * | {lines}
 */
#define _POSIX_C_SOURCE 200809L
#include <phaselock/cmocka.h>

static char *sent;

/* The link that the code under test writes to. */
static int send_that_copies(const char *text)
{
	sent = strdup(text);
	return (int)mock();
}

static int send_with_permit_scope(const char *text)
{
	PHASELOCK_PERMIT_SCOPE;

	return send_that_copies(text);
}

static int send_alone(const char *text)
{
	(void)text;
	return (int)mock();
}

/* The code under test. */
static bool greet(int (*send)(const char *text))
{
	return send("hello") == 5;
}

static int forget(void **state)
{
	(void)state;
	free(sent);
	sent = NULL;
	return 0;
}

static void will_return_in_the_block_does_not_count(void **state)
{
	(void)state;
	assert_no_allocations {
		will_return(send_alone, 5);
		assert_true(greet(send_alone));
	}
}

static void mock_that_copies_counts(void **state)
{
	(void)state;
	will_return(send_that_copies, 5);
	assert_no_allocations {
		assert_true(greet(send_that_copies));
	}
}

static void mock_with_permit_scope_does_not_count(void **state)
{
	(void)state;
	will_return(send_that_copies, 5);
	assert_no_allocations {
		assert_true(greet(send_with_permit_scope));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(will_return_in_the_block_does_not_count),
		cmocka_unit_test_teardown(mock_that_copies_counts, forget),
		cmocka_unit_test_teardown(mock_with_permit_scope_does_not_count, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
