/* SPDX-License-Identifier: MIT */
/*
 * What a guarded process counts in the profile of its run. The memory is a file that the test
 * makes, as the command does; blocks are addresses, and nothing is really asked for.
 *
 * shows: PL-880 PL-881 PL-882 PL-883
 */
#define _GNU_SOURCE
#include "profile/profile.h"

#include "child.h"
#include "page.h"
#include "profile/chunks.h"
#include "profile/timeline.h"
#include "record/image.h"
#include "stack/module.h"
#include "stack/unwind.h"
#include "stepping.h"
#include "stepping_double.h"
#include "thread/phase.h"
#include "thread/thread.h"
#include "threads.h"

#include <string.h>

static struct pl_channel *page;
static struct pl_profile *profile;

static void join(uint64_t frames)
{
	char where[64];

	page = page_make_with_profile(where, frames);
	CHECK(page != NULL && pl_channel_open(where));
	profile = page_profile_of(page);
	pl_module_start();
	pl_unwind_start();
	pl_image_begin(PL_LAYOUT_PROGRAM);
	CHECK(pl_thread_self() != NULL);
	CHECK(pl_profile_begin(false));
	CHECK(pl_profile_is_on());
}

static const void *block(uintptr_t i)
{
	return (const void *)(0x10000 + 16 * i);
}

static __attribute__((noinline)) void take(uintptr_t i, size_t size)
{
	pl_profile_allocated(pl_thread_self(), "malloc", size, block(i), PL_CALLER());
	__asm__ volatile(""); /* no tail call */
}

static void give(uintptr_t i)
{
	struct pl_profile_held held = pl_profile_take(block(i));

	pl_profile_freed(pl_thread_self(), block(i), &held);
}

/* The first rows that were taken are for what has none. */
static const struct pl_profile_row *row(uint32_t number)
{
	return pl_chunks_at(PL_PROFILE_ROWS, number);
}

static struct pl_profile_process *process(void)
{
	return &profile->processes[pl_image_number() - 1];
}

CHILD_TEST(requests_of_one_stack_are_one_row)
{
	join(64);
	for (uintptr_t i = 0; i < 5; i++)
		take(i, 10 * i);
	CHECK_EQUAL(process()->rows_taken, 2);
	CHECK_EQUAL(row(1)->requests, 5);
	CHECK_EQUAL(row(1)->bytes, 100);
	CHECK_EQUAL(row(1)->function, PL_PROFILE_MALLOC);
	CHECK_EQUAL(row(1)->classes[0], 1); /* 0 bytes */
	CHECK_EQUAL(row(1)->classes[4], 1); /* 10 */
	CHECK_EQUAL(row(1)->classes[5], 2); /* 20, 30 */
	take(6, 1);
	CHECK_EQUAL(process()->rows_taken, 3);
	CHECK_EQUAL(process()->requests, 6);
	CHECK_EQUAL(process()->live_bytes, 101);
}

CHILD_TEST(what_lived_at_the_peak_is_exact_without_a_snapshot)
{
	join(64);
	take(1, 100);
	take(2, 50);
	take(3, 25); /* the peak: 175 */
	give(1);
	take(4, 60);
	give(2);
	take(5, 10);
	CHECK_EQUAL(process()->peak_bytes, 175);
	CHECK_EQUAL(process()->peak_blocks, 3);
	CHECK_EQUAL(row(1)->at_peak_turn, process()->peak_turn);
	CHECK_EQUAL(row(1)->at_peak_bytes, 100);
	CHECK_EQUAL(row(2)->at_peak_bytes, 50);
	CHECK(row(3)->at_peak_turn < process()->peak_turn); /* it has not changed since */
	CHECK_EQUAL(row(3)->bytes - row(3)->freed_bytes, 25);
	CHECK_EQUAL(row(4)->at_peak_bytes, 0);
}

CHILD_TEST(a_block_is_temporary_if_the_next_operation_frees_it)
{
	join(64);
	take(1, 10);
	give(1);
	take(2, 10);
	take(3, 10);
	give(3);
	give(2);
	CHECK_EQUAL(row(1)->temporary, 1);
	CHECK_EQUAL(row(2)->temporary, 0);
	CHECK_EQUAL(row(3)->temporary, 1);
	CHECK_EQUAL(row(2)->lifetime_requests, 1);
}

CHILD_TEST(what_failed_to_be_reallocated_stays)
{
	struct pl_profile_held held;

	join(64);
	take(1, 10);
	held = pl_profile_take(block(1));
	CHECK(held.is_known);
	pl_profile_kept(block(1), &held);
	CHECK_EQUAL(process()->frees, 0);
	give(1);
	CHECK_EQUAL(process()->frees, 1);
	give(1);
	CHECK_EQUAL(process()->foreign_frees, 1);
}

CHILD_TEST(frees_while_locked_are_counted_where_the_block_was_born)
{
	join(64);
	take(1, 10);
	pl_phase_lock();
	give(1);
	take(2, 20);
	CHECK_EQUAL(row(1)->phase, 0);
	CHECK_EQUAL(row(1)->frees_locked, 1);
	CHECK_EQUAL(row(1)->freed_bytes_locked, 10);
	CHECK_EQUAL(row(2)->phase, 1);
}

static __attribute__((noinline)) void deeper(unsigned depth)
{
	if (depth > 0)
		deeper(depth - 1);
	else
		take(1, 1);
	__asm__ volatile("");
}

CHILD_TEST(of_a_deep_stack_the_innermost_frames_are_kept)
{
	uint32_t node, count = 0;

	join(8);
	deeper(20);
	for (node = row(1)->stack; node != 0; count++) {
		const struct pl_profile_node *at = pl_chunks_at(PL_PROFILE_NODES, node - 1);

		CHECK((at->flags != 0) == (count == 8));
		node = at->parent;
	}
	CHECK_EQUAL(count, 9);
}

CHILD_TEST(what_finds_no_chunk_is_counted_in_a_row_without_a_stack)
{
	join(64);
	profile->chunks_taken = PL_PROFILE_CHUNKS;
	take(1, 10);
	take(2, 20);
	give(1);
	CHECK_EQUAL(process()->unplaced, 2);
	CHECK_EQUAL(row(0)->stack, UINT32_MAX);
	CHECK_EQUAL(row(0)->requests, 2);
	CHECK_EQUAL(row(0)->bytes, 30);
	CHECK_EQUAL(row(0)->frees, 1);
	CHECK_EQUAL(process()->live_bytes, 20);
}

CHILD_TEST(a_forked_child_begins_anew)
{
	int status;
	pid_t child;

	join(64);
	take(1, 10);
	child = fork();
	if (child == 0) {
		CHECK(!pl_profile_is_on()); /* its memory was zeroed */
		pl_channel_adopt();
		pl_image_begin(PL_LAYOUT_FORK);
		pl_profile_fork_child();
		give(1);
		take(2, 20);
		CHECK_EQUAL(pl_image_number(), 2);
		CHECK_EQUAL(process()->foreign_frees, 1);
		CHECK_EQUAL(process()->live_bytes, 20);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	CHECK_EQUAL(process()->live_bytes, 10);
	CHECK_EQUAL(process()->foreign_frees, 0);
}

/* ---- handlers -------------------------------------------------------------------------------- */

#ifndef __SANITIZE_THREAD__ /* it delays signals */

static unsigned steps;

/* Before each instruction of a request and a free: another request and free, on the same thread. */
static void interrupt(uintptr_t instruction)
{
	(void)instruction;
	steps++;
	take(100 + steps, 7);
	give(100 + steps);
}

CHILD_TEST(handlers_are_counted_wherever_they_come_in_between)
{
	uint64_t requests = 0, bytes = 0, frees = 0;

	join(8);
	take(1, 10); /* what is made once */
	give(1);
	interrupt(0);
	CHECK(stepping_prepare(interrupt));
	stepping_begin();
	take(2, 1000);
	give(2);
	stepping_end();
	for (uint32_t i = 0; i < process()->rows_taken; i++) {
		requests += row(i)->requests;
		bytes += row(i)->bytes;
		frees += row(i)->frees;
	}
	CHECK(steps > 500);
	CHECK_EQUAL(process()->unplaced, 0);
	CHECK_EQUAL(requests, steps + 2);
	CHECK_EQUAL(bytes, 7 * steps + 1010);
	CHECK_EQUAL(frees, requests);
	CHECK_EQUAL(process()->requests, requests);
	CHECK_EQUAL(process()->live_bytes, 0);
	CHECK_EQUAL(process()->live_blocks, 0);
}

#endif

/* ---- the timeline ---------------------------------------------------------------------------- */

static const struct pl_profile_point *point(uint32_t number)
{
	return pl_chunks_at(PL_PROFILE_TIMELINE, number);
}

CHILD_TEST(a_full_timeline_halves_itself_and_keeps_the_changes_of_the_phase)
{
	uint64_t now = pl_os_monotonic_ns();
	uint32_t changes = 0;

	join(8);
	for (uint32_t i = 1; i <= 100000; i++)
		pl_timeline_look(now + UINT64_C(1000000) * i, i / 1000 % 2 == 1);
	CHECK(process()->points_taken <= PL_PROFILE_POINTS);
	CHECK(process()->points_taken > PL_PROFILE_POINTS / 4);
	for (uint32_t i = 0; i < process()->points_taken; i++) {
		CHECK(point(i)->time_ns != 0);
		CHECK(i == 0 || point(i)->time_ns > point(i - 1)->time_ns);
		changes += point(i)->is_change;
	}
	CHECK_EQUAL(changes, 100);
}

/* ---- threads --------------------------------------------------------------------------------- */

static void take_two(void)
{
	take(1000, 1);
	take(1001, 2);
}

CHILD_TEST(a_thread_of_the_same_name_goes_on_where_the_one_before_ended)
{
	join(8);
	take(1, 1);
	thread_run(take_two);
	thread_run(take_two);
	CHECK(process()->threads_taken <= 2);
	pl_profile_end(pl_thread_self());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_of_one_stack_are_one_row),
		cmocka_unit_test(what_lived_at_the_peak_is_exact_without_a_snapshot),
		cmocka_unit_test(a_block_is_temporary_if_the_next_operation_frees_it),
		cmocka_unit_test(what_failed_to_be_reallocated_stays),
		cmocka_unit_test(frees_while_locked_are_counted_where_the_block_was_born),
		cmocka_unit_test(of_a_deep_stack_the_innermost_frames_are_kept),
		cmocka_unit_test(what_finds_no_chunk_is_counted_in_a_row_without_a_stack),
		cmocka_unit_test(a_forked_child_begins_anew),
#ifndef __SANITIZE_THREAD__
		cmocka_unit_test(handlers_are_counted_wherever_they_come_in_between),
#endif
		cmocka_unit_test(a_full_timeline_halves_itself_and_keeps_the_changes_of_the_phase),
		cmocka_unit_test(a_thread_of_the_same_name_goes_on_where_the_one_before_ended),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
