/* SPDX-License-Identifier: MIT */
/*
 * What a guarded process writes to the record of its run. The record is a file that the test makes,
 * as the command does.
 *
 * shows: PL-820 PL-829
 */
#define _GNU_SOURCE
#include "common/channel.h"

#include "child.h"
#include "page.h"
#include "record/image.h"
#include "record/written.h"
#include "renamed.h"
#include "stack/module.h"

#include <phaselock/watch.h>

#include <string.h>
#include <sys/wait.h>

static struct pl_layout *record;

int main(void);

static void join(void)
{
	char where[64];
	struct pl_channel *page = page_make_for_test(where);

	CHECK(page != NULL && pl_channel_open(where));
	record = page_record_of(page);
	CHECK(pl_channel_record() != NULL);
	pl_module_start();
	pl_image_begin(PL_LAYOUT_PROGRAM);
}

/* A request for size bytes, with the frames of a call in this program. */
static struct phaselock_violation violation_at(void *frame, size_t size)
{
	struct phaselock_violation violation = {
		.function = "malloc",
		.size = size,
		.time_ns = 7,
		.frame_count = 1,
		.thread_name = "worker",
	};

	violation.frames[0] = frame;
	return violation;
}

static void count(const struct phaselock_violation *violation)
{
	pl_written_count(pl_written_site(violation), violation);
}

CHILD_TEST(without_a_record_nothing_is_written)
{
	struct phaselock_violation violation = violation_at(NULL, 1);

	pl_image_begin(PL_LAYOUT_PROGRAM);
	CHECK(pl_image() == NULL && pl_image_number() == 0);
	CHECK_EQUAL(pl_written_site(&violation), 0);
	pl_written_count(0, &violation);
	pl_image_locked();
	pl_image_end(PL_LAYOUT_EXIT);
}

CHILD_TEST(equal_sites_are_one_with_their_counts_and_bytes)
{
	struct phaselock_violation first, second, other;

	join();
	first = violation_at((void *)(uintptr_t)join, 10);
	second = violation_at((void *)(uintptr_t)join, 20);
	other = violation_at((void *)(uintptr_t)main, 1);
	count(&first);
	count(&second);
	count(&other);
	CHECK_EQUAL(record->sites_taken, 2);
	CHECK_EQUAL(record->sites[0].count, 2);
	CHECK_EQUAL(record->sites[0].bytes, 30);
	CHECK_EQUAL(record->sites[0].size, 10);
	CHECK(strcmp(record->sites[0].function, "malloc") == 0);
	CHECK(strcmp(record->sites[0].thread_name, "worker") == 0);
	CHECK_EQUAL(record->sites[0].image, 1);
	CHECK_EQUAL(pl_image()->violations, 3);
}

CHILD_TEST(a_frame_is_a_module_of_the_record_and_an_offset_in_it)
{
	struct phaselock_violation violation;
	struct pl_place place;
	uint64_t frame;

	join();
	violation = violation_at((void *)(uintptr_t)join, 1);
	count(&violation);
	pl_module_find_file((void *)(uintptr_t)join, &place);
	frame = record->sites[0].frames[0];
	CHECK_EQUAL(frame >> PL_LAYOUT_OFFSET_BITS, 1);
	CHECK_EQUAL(frame & ((UINT64_C(1) << PL_LAYOUT_OFFSET_BITS) - 1), place.offset);
	CHECK_EQUAL(record->modules_taken, 1);
	CHECK(record->modules[0].is_there != 0);
	CHECK(strcmp(record->modules[0].path, place.path) == 0);
	CHECK_EQUAL(record->modules[0].build_id_size, place.build_id_size);
}

CHILD_TEST(a_frame_of_no_module_stays_an_address)
{
	struct phaselock_violation violation;

	join();
	violation = violation_at((void *)0x1234, 1);
	count(&violation);
	CHECK_EQUAL(record->sites[0].frames[0], 0x1234);
	CHECK_EQUAL(record->modules_taken, 0);
}

CHILD_TEST(what_finds_no_room_is_counted)
{
	struct phaselock_violation violation;

	join();
	record->sites_taken = PL_LAYOUT_SITES;
	violation = violation_at((void *)0x10, 1);
	count(&violation);
	CHECK_EQUAL(record->sites_lost, 1);
	CHECK_EQUAL(record->sites_taken, PL_LAYOUT_SITES);
	CHECK_EQUAL(pl_image()->violations, 1);
}

CHILD_TEST(an_index_that_was_scribbled_over_ends_every_search)
{
	struct phaselock_violation violation;

	join();
	for (size_t i = 0; i < PL_LAYOUT_INDEX; i++)
		record->index[i] = UINT32_MAX;
	violation = violation_at((void *)0x10, 1);
	count(&violation);
	CHECK_EQUAL(record->sites_lost, 1);
}

CHILD_TEST(a_program_that_is_executed_ends_the_image_before_it)
{
	join();
	pl_image_begin(PL_LAYOUT_PROGRAM);
	CHECK_EQUAL(record->images_taken, 2);
	CHECK_EQUAL(record->images[0].end, PL_LAYOUT_EXEC);
	CHECK_EQUAL(record->images[1].end, PL_LAYOUT_UNKNOWN);
	CHECK_EQUAL(pl_image_number(), 2);
}

CHILD_TEST(the_first_end_of_an_image_stays)
{
	join();
	pl_image_locked();
	pl_image_end(PL_LAYOUT_VIOLATION);
	pl_image_end(PL_LAYOUT_EXIT);
	CHECK_EQUAL(record->images[0].end, PL_LAYOUT_VIOLATION);
	CHECK_EQUAL(record->images[0].locks, 1);
	CHECK(record->images[0].first_locked_ns >= record->images[0].begin_ns);
}

CHILD_TEST(a_forked_child_has_an_image_of_its_own)
{
	int status = -1;
	pid_t child;

	join();
	child = fork();
	if (child == 0) {
		pl_image_begin(PL_LAYOUT_FORK);
		pl_image_end(PL_LAYOUT_EXIT);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	CHECK_EQUAL(record->images[1].id, (uint32_t)child);
	CHECK_EQUAL(record->images[1].parent, record->images[0].id);
	CHECK_EQUAL(record->images[1].begin, PL_LAYOUT_FORK);
	CHECK_EQUAL(record->images[1].end, PL_LAYOUT_EXIT);
	CHECK_EQUAL(record->images[0].end, PL_LAYOUT_UNKNOWN);
}

CHILD_TEST(who_leaves_the_run_writes_no_more)
{
	join();
	pl_image_leave();
	CHECK(pl_image() == NULL);
	CHECK_EQUAL(record->images[0].end, PL_LAYOUT_LEFT);
}

static void judge(enum phaselock_result result, int line)
{
	const struct phaselock_judgement judgement = {
		.result = result, .line = line, .name = "no requests", .message = "first\nsecond"};

	phaselock_judged(&judgement);
}

static size_t rows_there(const struct pl_layout_check *rows)
{
	size_t count = 0;

	for (size_t i = 0; i < PL_LAYOUT_CHECKS; i++)
		count += rows[i].state == PL_LAYOUT_READY;
	return count;
}

CHILD_TEST(assertions_are_counted_by_their_places_with_the_first_message)
{
	const struct pl_layout_check *check = NULL;

	judge(PHASELOCK_HELD, 1); /* there is no run: nothing happens */
	join();
	judge(PHASELOCK_HELD, 1);
	judge(PHASELOCK_FAILED, 1);
	judge(PHASELOCK_FAILED, 1);
	judge(PHASELOCK_NOT_JUDGED, 2);
	judge((enum phaselock_result)4, 3);
	CHECK_EQUAL(rows_there(record->checks), 2);
	for (size_t i = 0; i < PL_LAYOUT_CHECKS; i++)
		if (record->checks[i].line == 1)
			check = &record->checks[i];
	CHECK(check != NULL && check->results[PHASELOCK_HELD] == 1);
	CHECK_EQUAL(check->results[PHASELOCK_FAILED], 2);
	CHECK(strcmp(check->message, "first") == 0);
	CHECK_EQUAL(check->image, 1);
	CHECK_EQUAL(pl_channel()->checks[PHASELOCK_FAILED], 2);
	CHECK_EQUAL(pl_channel()->checks_failed_in_forks, 0);
}

CHILD_TEST(failures_in_a_child_of_fork_are_counted_as_such)
{
	join();
	pl_image_begin(PL_LAYOUT_FORK);
	judge(PHASELOCK_UNARMED, 1);
	judge(PHASELOCK_HELD, 1);
	CHECK_EQUAL(pl_channel()->checks_failed_in_forks, 1);
}

CHILD_TEST(an_assertion_that_finds_no_row_is_counted)
{
	join();
	for (size_t i = 0; i < PL_LAYOUT_CHECKS; i++)
		record->checks[i].state = PL_LAYOUT_TAKEN; /* by processes that were killed */
	record->checks[5].state = PL_LAYOUT_FREE;
	judge(PHASELOCK_HELD, 1);
	judge(PHASELOCK_HELD, 2);
	CHECK_EQUAL(record->checks[5].line, 1);
	CHECK_EQUAL(record->checks_lost, 1);
	CHECK_EQUAL(pl_channel()->checks[PHASELOCK_HELD], 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_record_nothing_is_written),
		cmocka_unit_test(equal_sites_are_one_with_their_counts_and_bytes),
		cmocka_unit_test(a_frame_is_a_module_of_the_record_and_an_offset_in_it),
		cmocka_unit_test(a_frame_of_no_module_stays_an_address),
		cmocka_unit_test(what_finds_no_room_is_counted),
		cmocka_unit_test(an_index_that_was_scribbled_over_ends_every_search),
		cmocka_unit_test(a_program_that_is_executed_ends_the_image_before_it),
		cmocka_unit_test(the_first_end_of_an_image_stays),
		cmocka_unit_test(a_forked_child_has_an_image_of_its_own),
		cmocka_unit_test(who_leaves_the_run_writes_no_more),
		cmocka_unit_test(assertions_are_counted_by_their_places_with_the_first_message),
		cmocka_unit_test(failures_in_a_child_of_fork_are_counted_as_such),
		cmocka_unit_test(an_assertion_that_finds_no_row_is_counted),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
