/* SPDX-License-Identifier: MIT */
/*
 * Who locked the heap: recorded with the caller's stack, and read whole while others lock.
 *
 * shows: PL-200
 */
#define _GNU_SOURCE
#include "report/history.h"

#include "threads.h"
#include "unit.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>

TEST(nothing_is_known_before_the_first_lock)
{
	struct pl_history history;

	assert_false(pl_history_last(&history));
}

static const void *returns_to;

static __attribute__((noinline)) void take(struct pl_history *history, const char *option,
					   bool complete)
{
	returns_to = __builtin_return_address(0);
	pl_history_take(history, option, returns_to);
	pl_history_keep(history);
	if (complete)
		pl_history_complete(history, returns_to);
	__asm__ volatile("" : : : "memory"); /* no tail call: the frame stays on the stack */
}

TEST(lock_is_kept_with_thread_time_option_and_caller)
{
	uint64_t before = pl_os_monotonic_ns();
	struct pl_history taken, kept;

	prctl(PR_SET_NAME, "flight-control!");
	take(&taken, "lock=main", true);
	assert_true(pl_history_last(&kept));
	assert_int_equal(kept.thread_id, pl_os_thread_id());
	assert_string_equal(kept.thread_name, "flight-control!");
	assert_true(kept.time_ns >= before && kept.time_ns <= pl_os_monotonic_ns());
	assert_string_equal(kept.option, "lock=main");
	assert_true(kept.frame_count > 1);
	assert_ptr_equal(kept.frames[0], returns_to);
}

static atomic_bool over;

/* Each entry has the same number everywhere. */
static void *keep_one_after_the_other(void *unused)
{
	struct pl_history history = {0};

	(void)unused;
	for (uint64_t n = 1; n <= 20000; n++) {
		history.time_ns = history.thread_id = n;
		history.frame_count = PHASELOCK_FRAMES_MAX;
		history.frames[0] = history.frames[PHASELOCK_FRAMES_MAX - 1] = (void *)n;
		pl_history_keep(&history);
		pl_history_keep_stack(&history);
	}
	atomic_store(&over, true);
	return NULL;
}

TEST(reader_never_sees_half_of_a_lock)
{
	struct pl_history history = {0};
	unsigned torn = 0;
	pthread_t writer;

	pl_history_keep(&history);
	writer = thread_start(keep_one_after_the_other, NULL);
	while (!atomic_load(&over)) {
		pl_history_last(&history);
		torn += history.time_ns != history.thread_id ||
			(uintptr_t)history.frames[history.frame_count - 1] != history.time_ns;
	}
	thread_end(writer);
	assert_int_equal(torn, 0);
	pl_history_last(&history);
	assert_int_equal(history.time_ns, 20000);
}

TEST(stack_is_as_deep_as_it_was_set)
{
	struct pl_history history;

	pl_history_set_frames(2);
	take(&history, NULL, true);
	assert_true(pl_history_last(&history));
	assert_int_equal(history.frame_count, 2);
	assert_null(history.option);
}

TEST(lock_without_its_stack_yet_has_the_caller)
{
	struct pl_history history;

	take(&history, "lock_after", false);
	memset(&history, 0, sizeof(history));
	assert_true(pl_history_last(&history));
	assert_string_equal(history.option, "lock_after");
	assert_int_equal(history.frame_count, 1);
	assert_ptr_equal(history.frames[0], returns_to);
}

TEST(stack_of_a_lock_that_is_late_does_not_stand_for_a_later_one)
{
	struct pl_history late, history;
	const void *of_last;

	take(&late, NULL, false);
	for (int i = 0; i < 20; i++)
		take(&history, "later", true);
	of_last = returns_to;
	pl_history_complete(&late, of_last);
	assert_true(pl_history_last(&history));
	assert_string_equal(history.option, "later");
	assert_true(history.frame_count > 1);
	assert_ptr_equal(history.frames[0], of_last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_known_before_the_first_lock),
		cmocka_unit_test(lock_is_kept_with_thread_time_option_and_caller),
		cmocka_unit_test(reader_never_sees_half_of_a_lock),
		cmocka_unit_test(lock_without_its_stack_yet_has_the_caller),
		cmocka_unit_test(stack_of_a_lock_that_is_late_does_not_stand_for_a_later_one),
		cmocka_unit_test(stack_is_as_deep_as_it_was_set),
	};

	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
