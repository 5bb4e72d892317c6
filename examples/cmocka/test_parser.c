/* SPDX-License-Identifier: MIT */
/*
 * phaselock in a CMocka test: "this call makes no heap request" is an assertion like any other.
 *
 *     build/examples/test_parser         four tests, all pass
 *     build/examples/test_parser fail    one test that fails, to show what that looks like
 */
/*
 * phaselock in a CMocka test: "this call makes no heap request" is an assertion like any other.
 *
 *     build/examples/test_parser         three tests, all pass
 *     build/examples/test_parser fail    one test that fails, to show what that looks like
 *
 * Two ways are shown. The statistics tell afterwards how many requests there were; a violation
 * handler fails the test at the very request, by a longjmp() out of malloc(). CMocka's own
 * allocations (failing asserts, will_return() and its like make some) must not count, so the scope
 * or the lock ends before anything is asserted.
 */
#include <phaselock/cmocka.h>

#include <stdio.h>

#include "../request_counter.h"

static const char request[] = "GET /status HTTP/1.1\r\n"
			      "Host: pump-controller\r\n"
			      "Accept: */*\r\n"
			      "\r\n";

static int make_counter(void **state)
{
	*state = request_counter_create(REQUEST_KEEP_IN_TABLE);
	return *state != NULL ? 0 : -1;
}

static int make_naive_counter(void **state)
{
	*state = request_counter_create(REQUEST_KEEP_COPIES);
	return *state != NULL ? 0 : -1;
}

static int destroy_counter(void **state)
{
	request_counter_destroy(*state);
	return 0;
}

static void reading_makes_no_heap_request(void **state)
{
	struct request_counter *counter = *state;

	assert_no_allocations {
		assert_true(request_counter_read(counter, request, strlen(request)));
		assert_int_equal(request_counter_header_count(counter), 2);
		assert_string_equal(request_counter_header(counter, "host"), "pump-controller");
	}
}

/* The same with the phase of the process, as the program itself uses it: it binds every thread. */
static void reading_makes_no_heap_request_in_the_locked_phase(void **state)
{
	struct request_counter *counter = *state;
	struct phaselock_stats before = get_stats();
	bool read;

	assert_int_equal(phaselock_armed(), PHASELOCK_ENTRY_ALL);
	lock_allocations();
	read = request_counter_read(counter, request, strlen(request));
	unlock_allocations();

	assert_true(read);
	assert_int_equal(get_stats().locked_attempts - before.locked_attempts, 0);
}

/* Shows that the tests above can fail. */
static void naive_reading_is_found(void **state)
{
	struct request_counter *counter = *state;

	lock_allocations();
	assert_violation_of("malloc", sizeof("pump-controller"), "request_counter_read") {
		request_counter_read(counter, request, strlen(request));
	}
	unlock_allocations();
}

static enum phaselock_verdict deny(const struct phaselock_violation *violation, void *context)
{
	(void)violation;
	(void)context;
	return PHASELOCK_DENY;
}

/* The module survives a heap that says no. */
static void naive_reading_fails_cleanly_when_denied(void **state)
{
	struct request_counter *counter = *state;
	bool read;

	phaselock_set_handler(deny, NULL);
	phaselock_forbid_begin();
	read = request_counter_read(counter, request, strlen(request));
	phaselock_forbid_end();
	phaselock_set_handler(NULL, NULL);

	assert_false(read);
	assert_string_equal(request_counter_error(counter), "no memory for the copy of a header");
}

/* Fails, at the copies of the two headers: what a developer sees who has made the mistake. */
static void naive_reading_fails_the_test(void **state)
{
	struct request_counter *counter = *state;

	assert_no_allocations {
		request_counter_read(counter, request, strlen(request));
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest passing[] = {
		cmocka_unit_test_setup_teardown(reading_makes_no_heap_request, make_counter,
						destroy_counter),
		cmocka_unit_test_setup_teardown(reading_makes_no_heap_request_in_the_locked_phase,
						make_counter, destroy_counter),
		cmocka_unit_test_setup_teardown(naive_reading_is_found, make_naive_counter,
						destroy_counter),
		cmocka_unit_test_setup_teardown(naive_reading_fails_cleanly_when_denied,
						make_naive_counter, destroy_counter),
	};
	const struct CMUnitTest failing[] = {
		cmocka_unit_test_setup_teardown(naive_reading_fails_the_test, make_naive_counter,
						destroy_counter),
	};

	/* CMocka writes to stdout and stderr: keeps the lines in order if both go to one file. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1 && strcmp(argv[1], "fail") == 0)
		return cmocka_run_group_tests(failing, NULL, NULL);
	return cmocka_run_group_tests(passing, NULL, NULL);
}
