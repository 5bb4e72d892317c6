/* SPDX-License-Identifier: MIT */
/*
 * Reports as data: what the library writes to the record of its run, and when it says it itself.
 * What the command makes of it is, byte for byte, what the library would have said.
 *
 * shows: PL-827 PL-828
 */
#define _GNU_SOURCE
#include "record/told.h"

#include "told.h"
#include "capture.h"
#include "child.h"
#include "common/channel.h"
#include "common/os.h"
#include "page.h"
#include "renamed.h"
#include "report/history.h"
#include "report/sink.h"
#include "stack/module.h"
#include "stack/unwind.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* Names are asked for by no test: the double of cli/namer.c. */
const struct answer *namer_ask(struct namer *namer, const struct question *question)
{
	(void)namer;
	(void)question;
	abort();
}

static struct pl_channel *page;
static struct pl_layout *record;
static struct pl_report_context context;
static int ends[2];

int main(void);

static void join(void)
{
	char where[64];

	page = page_make_for_test(where);
	CHECK(page != NULL && pl_channel_open(where));
	record = page_record_of(page);
	pl_module_start();
	context = (struct pl_report_context){.verdict = PHASELOCK_ALLOW};
}

static void use_pipe(void)
{
	static char path[64];

	CHECK_EQUAL(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	pl_sink_use_pipe(path);
}

static uint32_t called_for(void)
{
	struct pl_channel_piece piece = {.report = 0};

	if (read(ends[0], &piece, sizeof(piece)) != sizeof(piece))
		return 0;
	CHECK_EQUAL(piece.process, getpid());
	CHECK_EQUAL(piece.length, 0);
	return piece.report;
}

static struct phaselock_violation violation(void)
{
	struct phaselock_violation made = {
		.function = "realloc",
		.size = 64,
		.alignment = 32,
		.old_pointer = &page,
		.time_ns = 5000000,
		.thread_id = 7,
		.sequence = 3,
		.count = 2,
		.thread_name = "wor\"ker",
		.frame_count = 3,
	};

	made.frames[0] = (void *)((uintptr_t)join + 1);
	made.frames[1] = (void *)((uintptr_t)main + 1);
	made.frames[2] = (void *)0x1234;
	return made;
}

static void lock_heap(const char *option, uint64_t thread)
{
	struct pl_history lock;

	pl_history_take(&lock, option, (const char *)(uintptr_t)use_pipe + 1);
	lock.time_ns = 1000000;
	lock.thread_id = thread;
	pl_history_keep(&lock);
}

CHILD_TEST(without_a_record_the_library_has_to_say_it)
{
	struct phaselock_violation made = violation();

	CHECK(!pl_told_violation(&made, &context));
	CHECK(!pl_told_misuse("misuse"));
}

CHILD_TEST(report_is_complete_before_the_command_is_called)
{
	struct phaselock_violation made = violation();
	const struct pl_layout_report *report;
	uint32_t number;

	join();
	use_pipe();
	CHECK(pl_told_violation(&made, &context));
	number = called_for();
	CHECK(number > 0 && number <= PL_LAYOUT_REPORTS);
	report = &record->reports[number - 1];
	CHECK_EQUAL(report->state, PL_LAYOUT_READY);
	CHECK_EQUAL(report->process, getpid());
	CHECK_EQUAL(report->size, 64);
	CHECK_EQUAL(report->sequence, 3);
	CHECK_EQUAL(report->frame_count, 3);
	CHECK_EQUAL(report->frames[0] >> PL_LAYOUT_OFFSET_BITS, 1);
	CHECK_EQUAL(report->frames[2], 0x1234);
	CHECK(strcmp(report->function, "realloc") == 0);
}

CHILD_TEST(nobody_can_be_called_so_the_place_is_given_back)
{
	struct phaselock_violation made = violation();

	join();
	CHECK(!pl_told_violation(&made, &context)); /* there is no pipe */
	for (size_t i = 0; i < PL_LAYOUT_REPORTS; i++)
		CHECK_EQUAL(record->reports[i].state, PL_LAYOUT_FREE);
}

CHILD_TEST(after_the_run_nothing_is_left_for_the_command)
{
	struct phaselock_violation made = violation();

	join();
	use_pipe();
	page->is_over = 1;
	CHECK(!pl_told_violation(&made, &context));
	CHECK_EQUAL(called_for(), 0);
}

CHILD_TEST(places_that_a_killed_process_left_are_passed_by)
{
	struct phaselock_violation made = violation();

	join();
	use_pipe();
	for (size_t i = 0; i < PL_LAYOUT_REPORTS; i++)
		record->reports[i].state = PL_LAYOUT_TAKEN;
	record->reports[9].state = PL_LAYOUT_FREE;
	CHECK(pl_told_violation(&made, &context));
	CHECK_EQUAL(called_for(), 10);
}

CHILD_TEST(without_a_place_one_report_waits_a_second_and_the_next_does_not)
{
	struct phaselock_violation made = violation();
	uint64_t begin, first, second;

	join();
	use_pipe();
	for (size_t i = 0; i < PL_LAYOUT_REPORTS; i++)
		record->reports[i].state = PL_LAYOUT_TAKEN;
	begin = pl_os_monotonic_ns();
	CHECK(!pl_told_violation(&made, &context));
	first = pl_os_monotonic_ns();
	CHECK(!pl_told_violation(&made, &context));
	second = pl_os_monotonic_ns();
	CHECK(first - begin >= 1000000000);
	CHECK(second - first < 1000000000);
}

/* What the library says of a violation, and what the command does. */
static void compare(const struct phaselock_violation *made, const char *wanted)
{
	static struct capture captured;
	char *told = NULL;
	size_t length = 0;
	uint32_t number;
	FILE *out = open_memstream(&told, &length);

	CHECK(pl_told_violation(made, &context));
	number = called_for();
	CHECK(number > 0 && out != NULL);
	told_write(&record->reports[number - 1], record, NULL, out);
	fclose(out);
	pl_report_untell(&(struct pl_report_against){.is_told = false});
	close(ends[0]);
	close(ends[1]); /* what the library says goes to stderr now */
	capture_begin(&captured);
	pl_report_violation(made, &context);
	CHECK(strcmp(capture_end(&captured), told) == 0);
	CHECK(strstr(told, wanted) != NULL);
	free(told);
}

CHILD_TEST(command_says_the_same_of_a_locked_heap)
{
	struct phaselock_violation made = violation();

	join();
	use_pipe();
	lock_heap("lock=main", 9);
	context.end = PL_UNWIND_NO_TABLE;
	compare(&made, "  locked 4000 us before by thread 9 ");
}

CHILD_TEST(command_says_the_same_of_a_lock_of_the_whole_run)
{
	struct phaselock_violation made = violation();

	join();
	use_pipe();
	lock_heap("lock_after", 0);
	context.end = PL_UNWIND_UNREADABLE;
	context.nested = true;
	compare(&made, "  locked 4000 us before in all processes of the run (lock_after)\n");
}

CHILD_TEST(command_says_the_same_of_a_scope)
{
	struct phaselock_violation made = violation();

	join();
	use_pipe();
	made.cause = PHASELOCK_CAUSE_FORBID;
	made.count = 0;
	context.forbidden_by = (const char *)(uintptr_t)use_pipe + 1;
	context.verdict = PHASELOCK_DENY;
	context.by_handler = true;
	compare(&made, "  forbidden by ");
}

CHILD_TEST(command_says_the_same_of_a_seal)
{
	struct phaselock_violation made = violation();

	join();
	use_pipe();
	made.cause = PHASELOCK_CAUSE_SEAL;
	made.function = "unlock_allocations";
	context.verdict = PHASELOCK_ABORT;
	compare(&made, "phaselock: aborting (policy=abort)\n");
}

CHILD_TEST(command_says_the_same_of_a_function_that_must_not_allocate)
{
	struct phaselock_violation made = violation();

	join();
	use_pipe();
	made.cause = PHASELOCK_CAUSE_HOT;
	context.hot_function = "parse\nheader";
	context.hot_pattern = "parse*";
	context.undeniable = true;
	compare(&made, "(hot=parse*): parse\\nheader\n");
}

CHILD_TEST(misuse_is_told_by_its_message)
{
	char *told = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&told, &length);

	join();
	use_pipe();
	CHECK(pl_told_misuse("misuse: of a scope"));
	told_write(&record->reports[called_for() - 1], record, NULL, out);
	fclose(out);
	CHECK(strcmp(told, "phaselock: misuse: of a scope\n") == 0);
	free(told);
}

/* More frames than names have room for: those without one are still there. */
CHILD_TEST(what_finds_no_room_is_left_out)
{
	struct phaselock_violation made = violation();
	static char function[401];
	char *told = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&told, &length);

	join();
	use_pipe();
	memset(function, 'f', sizeof(function) - 1);
	context.hot_function = function;
	context.hot_pattern = function;
	made.cause = PHASELOCK_CAUSE_HOT;
	made.frame_count = PHASELOCK_FRAMES_MAX;
	for (unsigned i = 0; i < made.frame_count; i++)
		made.frames[i] = (void *)((uintptr_t)main + 1);
	CHECK(pl_told_violation(&made, &context));
	told_write(&record->reports[called_for() - 1], record, NULL, out);
	fclose(out);
	CHECK(strstr(told, "    #31 ") != NULL && strstr(told, function) != NULL);
	free(told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_record_the_library_has_to_say_it),
		cmocka_unit_test(report_is_complete_before_the_command_is_called),
		cmocka_unit_test(nobody_can_be_called_so_the_place_is_given_back),
		cmocka_unit_test(after_the_run_nothing_is_left_for_the_command),
		cmocka_unit_test(places_that_a_killed_process_left_are_passed_by),
		cmocka_unit_test(without_a_place_one_report_waits_a_second_and_the_next_does_not),
		cmocka_unit_test(command_says_the_same_of_a_locked_heap),
		cmocka_unit_test(command_says_the_same_of_a_lock_of_the_whole_run),
		cmocka_unit_test(command_says_the_same_of_a_scope),
		cmocka_unit_test(command_says_the_same_of_a_seal),
		cmocka_unit_test(command_says_the_same_of_a_function_that_must_not_allocate),
		cmocka_unit_test(misuse_is_told_by_its_message),
		cmocka_unit_test(what_finds_no_room_is_left_out),
	};

	return cmocka_run_group_tests_name("told", tests, NULL, NULL);
}
