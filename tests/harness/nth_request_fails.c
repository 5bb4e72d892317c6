/* SPDX-License-Identifier: MIT */
/*
 * The nth request of the thread fails once, as libc fails it, whichever function it is; those
 * before and after it, of other threads, of CMocka and in permit scopes do not.
 *
 * shows: PL-325 PL-331
 * environment: CMOCKA_MESSAGE_OUTPUT=tap
 * run: {self}
 * exit: 0
 * stdout:
 * | 1..6
 * | ok 1 - third_fails_once
 * | ok 2 - every_function_fails_as_libc_fails_it
 * | ok 3 - zero_disarms
 * | ok 4 - others_do_not_count
 * | ok 5 - armed_and_left_so
 * | ok 6 - requests_of_a_run_are_counted
 * | # ok - tests
 */
#define _GNU_SOURCE
#include <phaselock/cmocka.h>

#include <errno.h>
#include <pthread.h>

static char *volatile sink;

static void third_fails_once(void **state)
{
	(void)state;
	phaselock_fail_nth(3);
	assert_true((sink = malloc(1)) != NULL);
	assert_true((sink = malloc(1)) != NULL);
	assert_false(phaselock_nth_failed());
	errno = 0;
	assert_true((sink = malloc(1)) == NULL);
	assert_int_equal(errno, ENOMEM);
	assert_true(phaselock_nth_failed());
	assert_true((sink = malloc(1)) != NULL);
	assert_true(phaselock_nth_failed());
}

static void every_function_fails_as_libc_fails_it(void **state)
{
	char *volatile old = malloc(10);
	void *block = &block;

	(void)state;
	old[9] = 'x';
	phaselock_fail_nth(1);
	assert_true((sink = calloc(2, 2)) == NULL);
	phaselock_fail_nth(1);
	assert_true((sink = realloc(old, 100000)) == NULL);
	assert_int_equal(old[9], 'x');
	phaselock_fail_nth(1);
	assert_int_equal(posix_memalign(&block, 64, 1), ENOMEM);
	phaselock_fail_nth(1);
	assert_true((sink = aligned_alloc(64, 64)) == NULL);
	phaselock_fail_nth(1);
	assert_true((sink = strdup("x")) == NULL);
	free(old);
}

static void zero_disarms(void **state)
{
	(void)state;
	phaselock_fail_nth(1);
	phaselock_fail_nth(0);
	assert_true((sink = malloc(1)) != NULL);
	assert_false(phaselock_nth_failed());
	phaselock_fail_nth(1);
	assert_true((sink = malloc(1)) == NULL);
}

static void *allocate(void *unused)
{
	(void)unused;
	return malloc(1);
}

static void others_do_not_count(void **state)
{
	pthread_t thread;
	void *block;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, allocate, NULL), 0);
	pthread_join(thread, &block);
	assert_int_equal(pthread_create(&thread, NULL, allocate, NULL), 0);
	phaselock_fail_nth(1);
	pthread_join(thread, &block);
	assert_non_null(block);
	will_return(others_do_not_count, 1);
	{
		PHASELOCK_PERMIT_SCOPE;
		assert_true((sink = malloc(1)) != NULL);
	}
	assert_int_equal(mock_type(int), 1);
	assert_false(phaselock_nth_failed());
	assert_true((sink = malloc(1)) == NULL);
}

/* The test that follows finds nothing armed. */
static void armed_and_left_so(void **state)
{
	(void)state;
	phaselock_fail_nth(1);
}

static void allocate_every_second_time(void *context)
{
	int *runs = context;

	if ((*runs)++ % 2 == 0)
		sink = realloc(sink, 10);
}

static void nothing(void *context)
{
	(void)context;
}

static void requests_of_a_run_are_counted(void **state)
{
	int runs = 0;
	double mean;

	(void)state;
	assert_true(phaselock_allocs_per_run(5, nothing, NULL) <= 0);
	sink = NULL;
	mean = phaselock_allocs_per_run(10, allocate_every_second_time, &runs);
	assert_int_equal(runs, 11);
	assert_true(mean > 0.49 && mean < 0.51);
	lock_allocations();
	mean = phaselock_allocs_per_run(10, allocate_every_second_time, &runs);
	unlock_allocations();
	assert_true(mean > 0.49 && mean < 0.51);
	mean = phaselock_allocs_per_run(0, nothing, NULL);
	assert_false(mean <= 0 || mean >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(third_fails_once),
		cmocka_unit_test(every_function_fails_as_libc_fails_it),
		cmocka_unit_test(zero_disarms),
		cmocka_unit_test(others_do_not_count),
		cmocka_unit_test(armed_and_left_so),
		cmocka_unit_test(requests_of_a_run_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
