/* SPDX-License-Identifier: MIT */
/*
 * Stages, with counts that the test makes: what each line says, what is a leak, and that nothing is
 * counted or written while stages are off.
 *
 * shows: PL-400 (the lines)
 * shows: PL-401 (leaks)
 * shows: PL-402 (off)
 */
#define _GNU_SOURCE
#include "record/stage.h"

#include "capture.h"

#include <phaselock/phaselock.h>
#include <string.h>

static struct phaselock_stats now;
static unsigned asked;

/* The double of lib/thread/stats.c. */
void phaselock_get_thread_stats(struct phaselock_stats *out, size_t out_size)
{
	asked++;
	assert_int_equal(out_size, sizeof(*out));
	*out = now;
}

static void set(uint64_t bytes_in, uint64_t bytes_out, uint64_t allocations, uint64_t deallocations)
{
	now = (struct phaselock_stats){
		.bytes_allocated = bytes_in,
		.bytes_deallocated = bytes_out,
		.allocations = allocations,
		.deallocations = deallocations,
	};
}

static int start(void **state)
{
	(void)state;
	set(0, 0, 0, 0);
	asked = 0;
	pl_stage_configure(true);
	return 0;
}

static struct capture captured;
static struct phaselock_stage stage;

static const char *text_of(void (*tell)(struct phaselock_stage *, const char *), const char *name)
{
	capture_begin(&captured);
	tell(&stage, name);
	return capture_end(&captured);
}

TEST(begin_says_what_the_thread_has_done_so_far)
{
	set(1000, 300, 12, 5);
	assert_string_equal(text_of(phaselock_stage_begin, "Request Start"),
			    "[MEMORY-TRACK] Request Start: bytes_allocated=700, allocations=12, "
			    "deallocations=5\n");
}

TEST(mark_is_against_the_begin_and_then_against_the_last_mark)
{
	set(1000, 300, 12, 5);
	text_of(phaselock_stage_begin, "a");
	set(1500, 340, 19, 6);
	assert_string_equal(text_of(phaselock_stage_mark, "b"),
			    "[MEMORY-TRACK] b: bytes_allocated=1160 (+460), allocations=19 (+7), "
			    "deallocations=6 (+1)\n");
	set(1500, 440, 19, 8);
	assert_string_equal(text_of(phaselock_stage_mark, "c"),
			    "[MEMORY-TRACK] c: bytes_allocated=1060 (-100), allocations=19 (+0), "
			    "deallocations=8 (+2)\n");
	assert_string_equal(text_of(phaselock_stage_mark, "d"),
			    "[MEMORY-TRACK] d: bytes_allocated=1060 (+0), allocations=19 (+0), "
			    "deallocations=8 (+0)\n");
}

TEST(live_bytes_may_be_below_zero)
{
	set(0, 64, 0, 1);
	assert_string_equal(
		text_of(phaselock_stage_begin, "a"),
		"[MEMORY-TRACK] a: bytes_allocated=-64, allocations=0, deallocations=1\n");
	set(0, UINT64_C(1) << 62, 0, 2);
	assert_string_equal(text_of(phaselock_stage_mark, "b"),
			    "[MEMORY-TRACK] b: bytes_allocated=-4611686018427387904 "
			    "(-4611686018427387840), allocations=0 (+0), deallocations=2 (+1)\n");
}

TEST(end_of_a_balanced_stage_says_no_more_than_a_mark)
{
	set(100, 0, 1, 0);
	text_of(phaselock_stage_begin, "a");
	set(5100, 5000, 8, 7);
	text_of(phaselock_stage_mark, "b");
	assert_string_equal(text_of(phaselock_stage_end, "c"),
			    "[MEMORY-TRACK] c: bytes_allocated=100 (+0), allocations=8 (+0), "
			    "deallocations=7 (+0)\n");
}

TEST(leak_is_against_the_begin_not_the_last_mark)
{
	set(100, 0, 1, 0);
	text_of(phaselock_stage_begin, "a");
	set(300, 50, 5, 2);
	text_of(phaselock_stage_mark, "b");
	set(300, 72, 5, 3);
	assert_string_equal(text_of(phaselock_stage_end, "c"),
			    "[MEMORY-TRACK] c: bytes_allocated=228 (-22), allocations=5 (+0), "
			    "deallocations=3 (+1)\n"
			    "[MEMORY-LEAK] Potential leak at c: 1 net allocation, 128 bytes "
			    "potentially leaked\n");
	set(400, 72, 6, 3);
	assert_non_null(strstr(text_of(phaselock_stage_end, "d"),
			       "\n[MEMORY-LEAK] Potential leak at d: 2 net allocations, 228 bytes "
			       "potentially leaked\n"));
}

TEST(one_byte_is_no_plural)
{
	set(100, 0, 1, 0);
	text_of(phaselock_stage_begin, "a");
	set(101, 0, 2, 0);
	assert_non_null(strstr(text_of(phaselock_stage_end, "b"),
			       "\n[MEMORY-LEAK] Potential leak at b: 1 net allocation, 1 byte "
			       "potentially leaked\n"));
}

TEST(more_given_back_than_taken_is_no_leak)
{
	set(1000, 0, 10, 0);
	text_of(phaselock_stage_begin, "a");
	set(2000, 900, 11, 5);
	assert_null(strstr(text_of(phaselock_stage_end, "b"), "LEAK"));
}

TEST(name_cannot_break_the_line_and_long_ones_are_cut)
{
	char name[1000];
	const char *text;

	assert_string_equal(text_of(phaselock_stage_begin, "a\n[MEMORY-LEAK] b"),
			    "[MEMORY-TRACK] a?[MEMORY-LEAK] b: bytes_allocated=0, allocations=0, "
			    "deallocations=0\n");
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	text = text_of(phaselock_stage_mark, name);
	assert_true(strlen(text) <= 512);
	assert_string_equal(text + strlen(text) - 2, "n\n");
	assert_memory_equal(text, "[MEMORY-TRACK] nnn", 18);
}

TEST(stages_that_are_off_count_write_and_touch_nothing)
{
	struct phaselock_stage before;

	memset(&stage, 0x5a, sizeof(stage));
	before = stage;
	pl_stage_configure(false);
	set(100, 0, 5, 0);
	assert_string_equal(text_of(phaselock_stage_begin, "a"), "");
	assert_string_equal(text_of(phaselock_stage_mark, "b"), "");
	assert_string_equal(text_of(phaselock_stage_end, "c"), "");
	assert_memory_equal(&stage, &before, sizeof(stage));
	assert_int_equal(asked, 0);
}

TEST(each_moment_is_counted_once)
{
	text_of(phaselock_stage_begin, "a");
	text_of(phaselock_stage_mark, "b");
	text_of(phaselock_stage_end, "c");
	assert_int_equal(asked, 3);
}

#define STAGE_TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(begin_says_what_the_thread_has_done_so_far),
		STAGE_TEST(mark_is_against_the_begin_and_then_against_the_last_mark),
		STAGE_TEST(live_bytes_may_be_below_zero),
		STAGE_TEST(end_of_a_balanced_stage_says_no_more_than_a_mark),
		STAGE_TEST(leak_is_against_the_begin_not_the_last_mark),
		STAGE_TEST(one_byte_is_no_plural),
		STAGE_TEST(more_given_back_than_taken_is_no_leak),
		STAGE_TEST(name_cannot_break_the_line_and_long_ones_are_cut),
		STAGE_TEST(stages_that_are_off_count_write_and_touch_nothing),
		STAGE_TEST(each_moment_is_counted_once),
	};

	return cmocka_run_group_tests_name("stage", tests, NULL, NULL);
}
