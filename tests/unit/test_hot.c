/* SPDX-License-Identifier: MIT */
/*
 * The words of the hot path. A request counts itself and learns whether it may pass by one
 * instruction, so a signal handler that counts too loses nothing at any moment.
 *
 * shows: PL-050 (what a thread counts is exact, whatever its signal handlers do), PL-500
 */
#define _GNU_SOURCE
#include "thread/hot.h"

#include "thread/phase.h"
#include "unit.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>

#define ADDITIONS 1000000
#define TICKS 100 /* at least so many handlers must have come in between */
#define DEADLINE_S 60

static void open_words(uint64_t allocations, uint64_t bytes, uint64_t deallocations)
{
	pl_hot.own = (struct pl_hot_words){PL_HOT_OPEN | allocations, bytes,
					   PL_HOT_OPEN | deallocations};
}

static void assert_words(uint64_t allocations, uint64_t bytes, uint64_t deallocations)
{
	assert_int_equal(pl_hot.own.allocations, PL_HOT_OPEN | allocations);
	assert_int_equal(pl_hot.own.bytes_requested, bytes);
	assert_int_equal(pl_hot.own.deallocations, PL_HOT_OPEN | deallocations);
}

static bool allocate(size_t size)
{
	return pl_hot_allocate(pl_hot_own_place(), size);
}

static bool release(const void *block)
{
	return pl_hot_release(pl_hot_own_place(), block);
}

TEST(open_words_count_each_request_and_its_bytes)
{
	static const size_t sizes[] = {0, 1, 127, 128, INT32_MAX, (size_t)1 << 40, SIZE_MAX};
	uint64_t bytes = 0;

	open_words(UINT32_MAX, 0, 9);
	EACH_ROW(i, sizes) {
		assert_true(allocate(sizes[i]));
		bytes += sizes[i];
		assert_words(UINT32_MAX + i + 1, bytes, 9);
	}
}

TEST(null_pointer_is_not_counted_and_any_other_is)
{
	static const uintptr_t pointers[] = {
		1, 2, 0x1000, (uintptr_t)1 << 32, (uintptr_t)1 << 63, UINTPTR_MAX};

	open_words(3, 4, UINT32_MAX);
	assert_true(release(NULL));
	assert_words(3, 4, UINT32_MAX);
	EACH_ROW(i, pointers) {
		assert_true(release((const void *)pointers[i]));
		assert_words(3, 4, UINT32_MAX + i + 1);
	}
}

TEST(fresh_and_other_closed_words_let_nothing_pass_and_stay_closed)
{
	pl_hot.own = (struct pl_hot_words){0, 5, UINT32_MAX};
	for (unsigned i = 0; i < 1000; i++) {
		assert_false(allocate(100));
		assert_false(release(&pl_hot));
		assert_false(release(NULL));
	}
	assert_int_equal(pl_hot.own.bytes_requested, 5);
	assert_int_equal(pl_hot.own.allocations & PL_HOT_OPEN, 0);
	assert_int_equal(pl_hot.own.deallocations & PL_HOT_OPEN, 0);
}

TEST(words_of_all_phases_but_init_are_always_closed_and_none_are_the_own)
{
	static const uintptr_t phases[] = {PL_PHASE_WATCHED, PL_PHASE_LOCKED, PL_PHASE_SEALED};

	open_words(7, 8, 9);
	EACH_ROW(i, phases)
		for (unsigned n = 0; n < 1000; n++) {
			assert_false(pl_hot_allocate(pl_hot_own_place() + phases[i], 100));
			assert_false(pl_hot_release(pl_hot_own_place() + phases[i], &pl_hot));
		}
	assert_words(7, 8, 9);
}

TEST(own_words_lie_in_one_cache_line)
{
	assert_int_equal((uintptr_t)&pl_hot % 64, 0);
}

/* ---- signal handlers ------------------------------------------------------------------------- */

static volatile sig_atomic_t ticks; /* written by the handler alone */
static char a_block;

static void tick(int number)
{
	(void)number;
	allocate(7);
	release(&a_block);
	release(NULL);
	ticks = ticks + 1;
}

static void set_timer(suseconds_t period_us)
{
	const struct itimerval timer = {{0, period_us}, {0, period_us}};

	assert_int_equal(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

TEST(requests_of_a_signal_handler_in_between_are_not_lost)
{
	struct sigaction action = {.sa_handler = tick, .sa_flags = SA_RESTART}, before;
	const time_t start = time(NULL);
	uint64_t made = 0;

	open_words(0, 0, 0);
	assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
	set_timer(50);
	do {
		for (unsigned i = 0; i < ADDITIONS; i++) {
			allocate(3);
			release(&made);
		}
		made += ADDITIONS;
	} while (ticks < TICKS && time(NULL) - start < DEADLINE_S);
	set_timer(0);
	assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
	assert_true(ticks >= TICKS);
	assert_words(made + (uint64_t)ticks, 3 * made + 7 * (uint64_t)ticks,
		     made + (uint64_t)ticks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_words_count_each_request_and_its_bytes),
		cmocka_unit_test(null_pointer_is_not_counted_and_any_other_is),
		cmocka_unit_test(fresh_and_other_closed_words_let_nothing_pass_and_stay_closed),
		cmocka_unit_test(
			words_of_all_phases_but_init_are_always_closed_and_none_are_the_own),
		cmocka_unit_test(own_words_lie_in_one_cache_line),
		cmocka_unit_test(requests_of_a_signal_handler_in_between_are_not_lost),
	};

	return cmocka_run_group_tests_name("hot", tests, NULL, NULL);
}
