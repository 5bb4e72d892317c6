/* SPDX-License-Identifier: MIT */
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
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <phaselock/phaselock.h>

#include "../request_counter.h"

static const char request[] = "GET /status HTTP/1.1\r\n"
			      "Host: pump-controller\r\n"
			      "Accept: */*\r\n"
			      "\r\n";

/* ---- what one would share between test programs ---------------------------------------- */

static bool scope_is_open;

static void forbid(void)
{
	phaselock_forbid_begin();
	scope_is_open = true;
}

static void end_forbid(void)
{
	if (scope_is_open)
		phaselock_forbid_end();
	scope_is_open = false;
}

/* For the ways out of a test by longjmp(): no scope ends by itself then, and no lock. */
static void end_all(void)
{
	end_forbid();
	unlock_allocations();
}

/* Fails the test, and does not return. Lets the heap go first, since fail_msg() allocates. */
static enum phaselock_verdict fail_the_test(const struct phaselock_violation *violation,
					    void *context)
{
	(void)context;
	end_all();
	fail_msg("%s(%zu) in code that must make no heap request", violation->function,
		 violation->size);
	return PHASELOCK_ABORT;
}

/* Keeps what it is told and refuses the request. */
static enum phaselock_verdict keep_and_deny(const struct phaselock_violation *violation,
					    void *context)
{
	struct phaselock_violation *kept = context;

	*kept = *violation;
	return PHASELOCK_DENY;
}

/* No test below means anything unless the heap functions of this program are phaselock's. */
static int require_armed(void **state)
{
	(void)state;
	return phaselock_armed() == PHASELOCK_ENTRY_ALL ? 0 : -1;
}

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
	end_all();
	phaselock_set_handler(NULL, NULL);
	request_counter_destroy(*state);
	return 0;
}

/* ---- the tests -------------------------------------------------------------------------- */

static void reading_makes_no_heap_request(void **state)
{
	struct request_counter *counter = *state;
	struct phaselock_stats before, after;
	bool read;

	phaselock_set_handler(fail_the_test, NULL);
	before = get_stats();
	forbid();
	read = request_counter_read(counter, request, strlen(request));
	end_forbid();
	after = get_stats();

	assert_true(read);
	assert_int_equal(request_counter_header_count(counter), 2);
	assert_string_equal(request_counter_header(counter, "host"), "pump-controller");
	assert_int_equal(after.locked_attempts - before.locked_attempts, 0);
	assert_int_equal(after.allocations - before.allocations, 0);
}

/* The same with the phase of the process, as the program itself uses it: it binds every thread. */
static void reading_makes_no_heap_request_in_the_locked_phase(void **state)
{
	struct request_counter *counter = *state;
	struct phaselock_stats before = get_stats(), after;
	bool read;

	phaselock_set_handler(fail_the_test, NULL);
	lock_allocations();
	read = request_counter_read(counter, request, strlen(request));
	unlock_allocations();
	after = get_stats();

	assert_true(read);
	assert_int_equal(after.locked_attempts - before.locked_attempts, 0);
}

/* Shows that the tests above can fail, and that the module survives a heap that says no. */
static void naive_reading_is_found_and_fails_cleanly_when_denied(void **state)
{
	struct request_counter *counter = *state;
	struct phaselock_violation violation = {0};
	struct phaselock_stats before = get_stats(), after;
	bool read;

	phaselock_set_handler(keep_and_deny, &violation);
	forbid();
	read = request_counter_read(counter, request, strlen(request));
	end_forbid();
	after = get_stats();

	assert_false(read);
	assert_string_equal(request_counter_error(counter), "no memory for the copy of a header");
	assert_int_equal(after.locked_attempts - before.locked_attempts, 1);
	assert_string_equal(violation.function, "malloc");
	assert_int_equal(violation.size, sizeof("pump-controller"));
	assert_int_equal(violation.cause, PHASELOCK_CAUSE_FORBID);
}

/* Fails, at the first strdup() of the parser: what a developer sees who has made the mistake. */
static void naive_reading_fails_the_test(void **state)
{
	struct request_counter *counter = *state;

	phaselock_set_handler(fail_the_test, NULL);
	forbid();
	request_counter_read(counter, request, strlen(request));
	end_forbid();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest passing[] = {
		cmocka_unit_test_setup_teardown(reading_makes_no_heap_request, make_counter,
						destroy_counter),
		cmocka_unit_test_setup_teardown(reading_makes_no_heap_request_in_the_locked_phase,
						make_counter, destroy_counter),
		cmocka_unit_test_setup_teardown(
			naive_reading_is_found_and_fails_cleanly_when_denied, make_naive_counter,
			destroy_counter),
	};
	const struct CMUnitTest failing[] = {
		cmocka_unit_test_setup_teardown(naive_reading_fails_the_test, make_naive_counter,
						destroy_counter),
	};

	/* CMocka writes to stdout and stderr: keeps the lines in order if both go to one file. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1 && strcmp(argv[1], "fail") == 0)
		return cmocka_run_group_tests(failing, require_armed, NULL);
	return cmocka_run_group_tests(passing, require_armed, NULL);
}
