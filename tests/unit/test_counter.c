/* SPDX-License-Identifier: MIT */
/*
 * The counter with one writer. Its one difficulty: a signal handler may add to the counter while
 * its thread is adding to it, and nothing may be lost.
 *
 * shows: PL-050 (what a thread counts is exact, whatever its signal handlers do)
 */
#define _GNU_SOURCE
#include "thread/counter.h"

#include "threads.h"
#include "unit.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>

#define ADDITIONS 1000000
#define TICKS 100 /* at least so many handlers must have come in between */
#define DEADLINE_S 60
#define HANDLER_ADDS 7

TEST(addition_is_modulo_2_to_the_64)
{
	static const uint64_t terms[] = {0,	     1,
					 127,	     128,
					 INT32_MAX,  (uint64_t)INT32_MAX + 1,
					 UINT32_MAX, (uint64_t)UINT32_MAX + 1,
					 INT64_MAX,  UINT64_MAX};
	pl_counter counter = 0;
	uint64_t sum = 0;

	EACH_ROW(i, terms) {
		pl_counter_add(&counter, terms[i]);
		sum += terms[i];
		assert_int_equal(pl_counter_read(&counter), sum);
	}
}

TEST(increment_adds_one_and_carries)
{
	pl_counter counter = UINT32_MAX;

	pl_counter_increment(&counter);
	assert_int_equal(pl_counter_read(&counter), (uint64_t)UINT32_MAX + 1);
}

/* ---- signal handlers ------------------------------------------------------------------------- */

static pl_counter shared;
static volatile sig_atomic_t ticks; /* written by the handler alone */

static void tick(int number)
{
	(void)number;
	pl_counter_increment(&shared);
	pl_counter_add(&shared, HANDLER_ADDS);
	ticks = ticks + 1;
}

static void set_timer(suseconds_t period_us)
{
	const struct itimerval timer = {{0, period_us}, {0, period_us}};

	assert_int_equal(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

TEST(additions_of_a_signal_handler_in_between_are_not_lost)
{
	struct sigaction action = {.sa_handler = tick, .sa_flags = SA_RESTART}, before;
	const time_t start = time(NULL);
	uint64_t wanted = 0;

	assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
	set_timer(50);
	do {
		for (unsigned i = 0; i < ADDITIONS; i++) {
			pl_counter_increment(&shared);
			pl_counter_add(&shared, i);
			wanted += 1 + (uint64_t)i;
		}
	} while (ticks < TICKS && time(NULL) - start < DEADLINE_S);
	set_timer(0);
	assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
	assert_true(ticks >= TICKS);
	assert_int_equal(pl_counter_read(&shared), wanted + (uint64_t)ticks * (HANDLER_ADDS + 1));
}

/* ---- readers on other threads ---------------------------------------------------------------- */

static void *read_until_all_is_added(void *counter)
{
	uint64_t before = 0, now = 0;

	while (now < ADDITIONS) {
		now = pl_counter_read(counter);
		if (now < before)
			return counter;
		before = now;
	}
	return NULL;
}

TEST(reader_on_another_thread_never_sees_it_decrease)
{
	static pl_counter counter;
	pthread_t reader = thread_start(read_until_all_is_added, &counter);

	for (unsigned i = 0; i < ADDITIONS; i++)
		pl_counter_increment(&counter);
	assert_null(thread_end(reader));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addition_is_modulo_2_to_the_64),
		cmocka_unit_test(increment_adds_one_and_carries),
		cmocka_unit_test(additions_of_a_signal_handler_in_between_are_not_lost),
		cmocka_unit_test(reader_on_another_thread_never_sees_it_decrease),
	};

	return cmocka_run_group_tests_name("counter", tests, NULL, NULL);
}
