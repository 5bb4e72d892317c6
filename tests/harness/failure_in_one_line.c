/* SPDX-License-Identifier: MIT */
/*
 * The first line of a failed assertion has the first request, the functions that it came through
 * and the advice, in bounded length; the call stacks below end at the function of the test. So do
 * those of leaks, releases, death tests, requests that failed, set-ups and threads.
 *
 * shows: PL-780 PL-781
 * environment: CMOCKA_MESSAGE_OUTPUT=tap
 * environment: PHASELOCK_COMMAND=none
 * run: {self}
 * exit: 11
 * stdout:
 * | 1..11
 * | not ok 1 - copies
 * | # asserted no allocations: 2 allocations, 9 bytes (first: malloc(5) in strdup < parse_header < handle_request < copies; advice: strdup allocates at every call; copy into a buffer that was taken before the lock)
 * | #   1 x malloc(5)
 * | #     #0 strdup+{any}
 * | #     #1 parse_header+{any}
 * | #     #2 handle_request+{any}
 * | #     #3 copies+{any}
 * | #     advice: strdup allocates {any}
 * | #   1 x malloc(4)
 * | #     #0 handle_request+{any}
 * | #     #1 copies+{any}
 * | # {any}: error: Failure!
 * | not ok 2 - leaks
 * | # asserted no leak: 1 block is still allocated (first: malloc(5) in strdup < parse_header < leaks)
 * | #   1 x malloc(5)
 * | #     #0 strdup+{any}
 * | #     #1 parse_header+{any}
 * | #     #2 leaks+{any}
 * | # {any}: error: Failure!
 * | not ok 3 - releases
 * | # asserted no deallocations: 1 deallocation (first: free({hex}) in give_back < releases)
 * | #   1 x free({hex})
 * | #     #0 give_back+{any}
 * | #     #1 releases+{any}
 * | # {any}: error: Failure!
 * | not ok 4 - dies_otherwise
 * | # asserted aborts on allocation of "malloc", 6, NULL: the block ended by SIGABRT (Aborted), by another violation (other size) (first: malloc(5) in strdup < parse_header < dies_otherwise; advice: strdup allocates at every call; copy into a buffer that was taken before the lock):
 * | #   malloc(5)
 * | #     #0 strdup+{any}
 * | #     #1 parse_header+{any}
 * | #     #2 dies_otherwise+{any}
 * | #     advice: strdup allocates {any}
 * | # {any}: error: Failure!
 * | not ok 5 - survives_not
 * | # asserted survives failures of forget: 0 crashes, 1 leak, 0 wrong results, 0 hangs in 2 runs (first: malloc(8) in forget)
 * | # request 1 failed:
 * | #   malloc(8)
 * | #     #0 forget+{any}
 * | #   and 1 block is still allocated:
 * | #   malloc(9)
 * | #     #0 forget+{any}
 * | # {any}: error: Failure!
 * | not ok 6 - deep
 * | # asserted no allocations: 1 allocation, 2 bytes (first: malloc(2) in descend < descend < descend < descend < ...)
 * | #   1 x malloc(2)
 * | #     #0 descend+{any}
 * | {lines}
 * | #     #15 descend+{any}
 * | # {any}: error: Failure!
 * | not ok 7 - long_name
 * | # asserted no allocations: 1 allocation, 7 bytes (first: malloc(7) in a_function_with_a_very_long_name_a_function_with_a_very_long_nam... < long_name)
 * | #   1 x malloc(7)
 * | #     #0 a_function_with_a_very_long_name_{any}
 * | #     #1 long_name+{any}
 * | # {any}: error: Failure!
 * | not ok 8 - with_fixtures
 * | # asserted no allocations: 1 allocation, 5 bytes (first: malloc(5) in strdup < parse_header < with_fixtures; advice: {any})
 * | #   1 x malloc(5)
 * | #     #0 strdup+{any}
 * | #     #1 parse_header+{any}
 * | #     #2 with_fixtures+{any}
 * | #     advice: {any}
 * | # {any}: error: Failure!
 * | not ok 9 - on_a_thread
 * | # asserted no allocations anywhere: 1 allocation, 5 bytes (first: malloc(5) in strdup < parse_header < thread; advice: {any})
 * | #   1 x malloc(5)
 * | #     #0 strdup+{any}
 * | #     #1 parse_header+{any}
 * | #     #2 thread+{any}
 * | #     advice: {any}
 * | # {any}: error: Failure!
 * | not ok 10 - in_a_callback
 * | # asserted no allocations: 1 allocation, 5 bytes (first: malloc(5) in strdup < parse_header < compare < {any} < ...; advice: {any})
 * | {lines}
 * | #     #{number} in_a_callback+{any}
 * | #     advice: {any}
 * | # {any}: error: Failure!
 * | not ok 11 - fixture{any}: 1 allocation, 5 bytes (first: malloc(5) in strdup < parse_header < set_up_badly; advice: {any})
 * |   1 x malloc(5)
 * |     #0 strdup+{any}
 * |     #1 parse_header+{any}
 * |     #2 set_up_badly+{any}
 * |     advice: {any}
 * | {any}: error: Failure!Test setup failed
 * | {lines}
 */
#define _GNU_SOURCE
#include <phaselock/cmocka.h>

#include <pthread.h>
#include <stdio.h>

#define FUNCTION __attribute__((noipa, unused))
#define LONG_NAME a_function_with_a_very_long_name_a_function_with_a_very_long_name_of_its_own

static char *volatile sink;
static volatile int depth;

FUNCTION static void parse_header(void)
{
	sink = strdup("name");
	depth = 0; /* or the call would be a jump */
}

FUNCTION static void handle_request(void)
{
	parse_header();
	sink = malloc(4);
	depth = 0;
}

FUNCTION static void give_back(void)
{
	free(sink);
	depth = 0;
}

FUNCTION static int forget(void *context)
{
	(void)context;
	sink = malloc(8);
	if (sink == NULL)
		sink = malloc(9);
	else
		free(sink);
	return 0;
}

FUNCTION static void descend(int levels)
{
	if (levels == 0)
		sink = malloc(2);
	else
		descend(levels - 1);
	depth = levels;
}

FUNCTION static void LONG_NAME(void)
{
	sink = malloc(7);
	depth = 0;
}

FUNCTION static int compare(const void *a, const void *b)
{
	parse_header();
	return *(const char *)a - *(const char *)b;
}

FUNCTION static void *thread(void *argument)
{
	parse_header();
	return argument;
}

static void copies(void **state)
{
	(void)state;
	assert_no_allocations {
		handle_request();
	}
}

static void leaks(void **state)
{
	(void)state;
	assert_no_leak {
		parse_header();
	}
}

static void releases(void **state)
{
	(void)state;
	assert_no_deallocations {
		give_back();
	}
}

static void dies_otherwise(void **state)
{
	(void)state;
	assert_aborts_on_allocation_of("malloc", 6, NULL) {
		parse_header();
	}
}

static void survives_not(void **state)
{
	(void)state;
	assert_survives_failures(forget, NULL);
}

static void deep(void **state)
{
	(void)state;
	assert_no_allocations {
		descend(40);
	}
}

static void long_name(void **state)
{
	(void)state;
	assert_no_allocations {
		LONG_NAME();
	}
}

static void with_fixtures(void **state)
{
	(void)state;
	assert_no_allocations {
		parse_header();
	}
}

static void on_a_thread(void **state)
{
	pthread_t other;

	(void)state;
	assert_no_allocations_anywhere {
		phaselock_permit_begin();
		pthread_create(&other, NULL, thread, NULL);
		phaselock_permit_end();
		pthread_join(other, NULL);
	}
}

static void in_a_callback(void **state)
{
	char pair[] = "ba";

	(void)state;
	assert_no_allocations {
		qsort(pair, 2, 1, compare);
	}
}

static int set_up(void **state)
{
	(void)state;
	return 0;
}

static int set_up_badly(void **state)
{
	(void)state;
	assert_no_allocations {
		parse_header();
	}
	return 0;
}

static void fixture(void **state)
{
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies),
		cmocka_unit_test(leaks),
		cmocka_unit_test(releases),
		cmocka_unit_test(dies_otherwise),
		cmocka_unit_test(survives_not),
		cmocka_unit_test(deep),
		cmocka_unit_test(long_name),
		cmocka_unit_test_setup_teardown(with_fixtures, set_up, set_up),
		cmocka_unit_test(on_a_thread),
		cmocka_unit_test(in_a_callback),
		cmocka_unit_test_setup(fixture, set_up_badly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
