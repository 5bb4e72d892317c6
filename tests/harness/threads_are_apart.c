/* SPDX-License-Identifier: MIT */
/*
 * An assertion of this thread does not see what others ask for; one of the process does, on threads
 * that were there before and on those that the test starts, and shows the other thread's call
 * stack. Assertions of several threads, of both scopes, do not end one another; one that fails on a
 * thread of the test fails the test, on the test's thread, when its function has returned.
 *
 * shows: PL-308 PL-309
 * run: {self}
 * environment: CMOCKA_MESSAGE_OUTPUT=tap
 * exit: 3
 * stdout:
 * | 1..7
 * | ok 1 - other_threads_allocate_meanwhile
 * | not ok 2 - other_threads_are_seen_by_the_process
 * | # asserted no allocations anywhere: 1 allocation, 123 bytes (first: {any})
 * | #   1 x malloc(123)
 * | #     #0 request_of_another_thread+{any}
 * | {lines}
 * | ok 3 - threads_of_the_test_assert
 * | ok 4 - assertions_of_the_process_overlap
 * | not ok 5 - thread_of_the_test_fails
 * | # on other threads, the first of 2 failures: asserted no allocations: 1 allocation, 9 bytes (first: {any})
 * | #   1 x malloc(9)
 * | {lines}
 * | ok 6 - threads_come_and_go
 * | not ok 7 - thread_fails_and_so_does_the_test Could not run test: 0x1 != 0x2
 * | {any}: error: Failure!
 * | thread_fails_and_so_does_the_test has an assertion that failed on another thread
 * | Test teardown failed
 * | # not ok - tests
 * stderr:
 * | {lines}
 *
 * run: sh -c '{self} & {self} & wait $!; a=$?; wait; echo $a'
 * environment: CMOCKA_MESSAGE_OUTPUT=tap
 * exit: 0
 * stdout:
 * | {lines}
 * | 3
 * stderr:
 * | {lines}
 */
#define _GNU_SOURCE
#include <phaselock/cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#define THREADS 4
#define ROUNDS 200

static atomic_bool stop;
static atomic_uint ready;

static void *allocate(void *unused)
{
	while (!stop) {
		free(malloc(50));
		ready++;
	}
	return unused;
}

/* Runs a function on each of some threads; returns the results that are not NULL. */
static unsigned run_threads(void *(*run)(void *), unsigned count)
{
	pthread_t threads[THREADS];
	unsigned results = 0;
	void *result;

	for (unsigned i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, run, NULL) != 0)
			abort();
	for (unsigned i = 0; i < count; i++) {
		pthread_join(threads[i], &result);
		results += result != NULL;
	}
	return results;
}

static void other_threads_allocate_meanwhile(void **state)
{
	pthread_t thread;
	unsigned before;

	(void)state;
	pthread_create(&thread, NULL, allocate, NULL);
	while (ready == 0)
		sched_yield();
	before = ready;
	assert_no_allocations {
		assert_no_deallocations {
			while (ready < before + ROUNDS)
				sched_yield();
		}
	}
	assert_allocates_anywhere {
		before = ready;
		while (ready < before + 10)
			sched_yield();
	}
	stop = true;
	pthread_join(thread, NULL);
}

/* ---- the process ----------------------------------------------------------------------------- */

static atomic_int turn;

static void wait_for(int wanted)
{
	while (turn != wanted)
		sched_yield();
}

/* Not static: its name is in the call stack. */
void *request_of_another_thread(void *unused);
void *request_of_another_thread(void *unused)
{
	static void *volatile block;

	wait_for(1);
	block = malloc(123);
	turn = 2;
	wait_for(3);
	free(block);
	return unused;
}

static void other_threads_are_seen_by_the_process(void **state)
{
	static pthread_t thread;

	(void)state;
	turn = 0;
	pthread_create(&thread, NULL, request_of_another_thread, NULL);
	assert_no_allocations_anywhere {
		turn = 1;
		wait_for(2);
		turn = 3;
		pthread_join(thread, NULL);
	}
}

/* ---- assertions on threads ------------------------------------------------------------------- */

static void *assert_much(void *unused)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		assert_exact_allocations(1) {
			free(malloc(i));
			assert_no_allocations {
				sched_yield();
			}
		}
		assert_allocates_anywhere {
			free(malloc(i));
		}
		assert_no_leak {
			free(realloc(malloc(i + 1), i + 2));
		}
	}
	return unused;
}

static void threads_of_the_test_assert(void **state)
{
	(void)state;
	run_threads(assert_much, THREADS);
}

/* The assertion of the process that was begun first is ended first, and the other goes on. */
static void *overlapping(void *unused)
{
	wait_for(1);
	assert_exact_allocations_anywhere(1) {
		turn = 2;
		wait_for(3);
		free(malloc(1));
	}
	return unused;
}

static void assertions_of_the_process_overlap(void **state)
{
	pthread_t thread;

	(void)state;
	turn = 0;
	pthread_create(&thread, NULL, overlapping, NULL);
	assert_no_allocations_anywhere {
		turn = 1;
		wait_for(2);
	}
	turn = 3;
	pthread_join(thread, NULL);
}

static void *fail_on_thread(void *unused)
{
	assert_no_allocations {
		free(malloc(9));
	}
	return unused;
}

static void thread_of_the_test_fails(void **state)
{
	(void)state;
	run_threads(fail_on_thread, 2);
}

static void *begin_and_end(void *unused)
{
	free(malloc(10));
	return unused;
}

static void threads_come_and_go(void **state)
{
	(void)state;
	assert_no_leak_anywhere {
		for (unsigned i = 0; i < 50; i++)
			run_threads(begin_and_end, 1);
	}
}

static void thread_fails_and_so_does_the_test(void **state)
{
	(void)state;
	run_threads(fail_on_thread, 1);
	assert_int_equal(1, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_threads_allocate_meanwhile),
		cmocka_unit_test(other_threads_are_seen_by_the_process),
		cmocka_unit_test(threads_of_the_test_assert),
		cmocka_unit_test(assertions_of_the_process_overlap),
		cmocka_unit_test(thread_of_the_test_fails),
		cmocka_unit_test(threads_come_and_go),
		cmocka_unit_test(thread_fails_and_so_does_the_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
