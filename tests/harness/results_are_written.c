/* SPDX-License-Identifier: MIT */
/*
 * With PHASELOCK_RESULTS each assertion appends one line when it is judged, in the order of their
 * ends, inside other assertions and in a locked phase too, and asks nothing of the heap for it; the
 * variable is read before main(). Without it there is no file. An operation's name is its thread's,
 * and ends with the test. What the name says stays one line.
 *
 * shows: PL-346 PL-347
 * needs: sh
 *
 * run: sh -c '{self} >/dev/null 2>&1; echo $?; tr "\t" "," <results'
 * environment: PHASELOCK_RESULTS=results
 * exit: 0
 * stdout:
 * | 1
 * | phaselock-result 1,results_are_written,holds,,no allocations,{any}/results_are_written.c,{number},0,0,0,0,holds
 * | phaselock-result 1,results_are_written,fails,,at most 1 allocation,{any}.c,{number},2,30,1,0,failed
 * | phaselock-result 1,results_are_written,leaks,,no leak,{any}.c,{number},1,7,0,1,failed
 * | phaselock-result 1,results_are_written,names,parse\x09\nthe | \\headers\\,no allocations,{any}.c,{number},0,0,0,0,holds
 * | phaselock-result 1,results_are_written,names,,no allocations,{any}.c,{number},0,0,0,0,holds
 * | phaselock-result 1,results_are_written,names,of this thread,no allocations,{any}.c,{number},0,0,0,0,holds
 * | phaselock-result 1,results_are_written,names,,no allocations,{any}.c,{number},0,0,0,0,holds
 * | phaselock-result 1,results_are_written,names,of this thread,no allocations,{any}.c,{number},0,0,0,0,holds
 * | phaselock-result 1,results_are_written,nests,,no deallocations,{any}.c,{number},0,0,0,0,holds
 * | phaselock-result 1,results_are_written,nests,,no allocations anywhere,{any}.c,{number},0,0,0,0,holds
 *
 * run: sh -c '{self} >/dev/null 2>&1; echo $?; ls'
 * exit: 0
 * stdout:
 * | 1
 */
#define _GNU_SOURCE
#include <phaselock/cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

static char *volatile sink;

static void holds(void **state)
{
	(void)state;
	assert_int_equal(phaselock_armed(), PHASELOCK_ENTRY_ALL);
	assert_no_allocations {
		sink = NULL;
	}
}

static void fails(void **state)
{
	(void)state;
	assert_max_allocations(1) {
		sink = malloc(10);
		free(sink);
		sink = malloc(20);
	}
}

static void leaks(void **state)
{
	(void)state;
	assert_no_leak {
		sink = malloc(7);
	}
}

static void *other_thread(void *argument)
{
	assert_no_allocations {
		sink = NULL;
	}
	return argument;
}

static void names(void **state)
{
	pthread_t thread;

	(void)state;
	phaselock_operation("parse\t\nthe | \\headers\\");
	assert_no_allocations {
		sink = NULL;
	}
	phaselock_operation(NULL);
	assert_no_allocations {
		sink = NULL;
	}
	phaselock_operation("of this thread");
	assert_no_allocations {
		sink = NULL;
	}
	assert_int_equal(pthread_create(&thread, NULL, other_thread, NULL), 0);
	pthread_join(thread, NULL);
	assert_no_allocations {
		sink = NULL;
	}
}

/* The line of the inner one is written inside of the outer one, and neither sees it. */
static void nests(void **state)
{
	(void)state;
	lock_allocations();
	errno = ERANGE;
	assert_no_allocations_anywhere {
		assert_no_deallocations {
			sink = NULL;
		}
	}
	unlock_allocations();
	assert_int_equal(errno, ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds), cmocka_unit_test(fails), cmocka_unit_test(leaks),
		cmocka_unit_test(names), cmocka_unit_test(nests),
	};

	/* Neither moves the file nor turns it off. */
	unsetenv("PHASELOCK_RESULTS");
	if (chdir("/") != 0)
		return 2;
	return cmocka_run_group_tests(tests, NULL, NULL) == 2;
}
