/* SPDX-License-Identifier: MIT */
/*
 * The guarded process's side of the page of `phaselock run`. The test makes the page's file as the
 * command does.
 *
 * shows: PL-072 (what the command's verdict rests on) PL-621 PL-622
 */
#define _GNU_SOURCE
#include "common/channel.h"

#include "child.h"
#include "page.h"
#include "renamed.h"
#include "thread/stats.h"
#include "threads.h"

#include <errno.h>

static struct pl_channel *open_page(void)
{
	char where[64];
	struct pl_channel *page = page_make_for_test(where);

	CHECK(page != NULL && pl_channel_open(where));
	return page;
}

CHILD_TEST(without_a_page_nothing_is_counted_and_nothing_breaks)
{
	struct phaselock_stats stats = {.allocations = 1};

	CHECK(pl_channel() == NULL);
	PL_CHANNEL_COUNT(locks);
	pl_channel_add(&stats, true);
	pl_channel_adopt();
	pl_channel_end();
	CHECK(pl_channel() == NULL);
}

CHILD_TEST(a_child_is_awaited_until_it_is_heard_of_in_either_order)
{
	struct pl_layout *record = page_record_of(open_page());
	uint32_t self = (uint32_t)getpid();

	CHECK(record->awaited[self % PL_LAYOUT_AWAITED] == -1); /* nobody awaited this process */
	pl_channel_await(self);
	CHECK(record->awaited[self % PL_LAYOUT_AWAITED] == 0);
	pl_channel_await(self);
	CHECK(record->awaited[self % PL_LAYOUT_AWAITED] == 1);
}

CHILD_TEST(a_program_that_takes_the_place_of_another_is_not_awaited)
{
	char where[64];
	struct pl_channel *page = page_make_for_test(where);
	uint32_t self = (uint32_t)getpid();

	CHECK(page != NULL);
	page->processes[7] = self;
	CHECK(pl_channel_open(where));
	CHECK(page_record_of(page)->awaited[self % PL_LAYOUT_AWAITED] == 0);
}

CHILD_TEST(what_names_no_page_is_not_taken)
{
	static const char *const texts[] = {
		"",
		":",
		":::",
		"1",
		"1:2",
		"1:2:3",
		"1:2:3:",
		"/proc/self/exe",
		"-1:-1:0:name",
		"99999999999999999999:3:0:name",
		"3:4:123456789abcdef01:name",
		"3:4:g:name",
		"900:901:123456789abcdef0:name",
		"900:901:123456789abcdef0:"
		"a-name-that-is-longer-than-a-socket-can-have-0123456789-0123456789-0123456789-"
		"0123456789-0123456789-0123456789-0123456789-0123456789",
	};

	EACH_ROW(i, texts)
		CHECK(!pl_channel_open(texts[i]));
	CHECK(pl_channel() == NULL);
}

static void check_is_not_taken(uint64_t magic, uint64_t cookie, size_t size, bool is_sealed)
{
	char where[64];

	page_where(where, page_file(magic, cookie, size, is_sealed));
	CHECK(!pl_channel_open(where));
	CHECK(pl_channel() == NULL);
}

CHILD_TEST(page_of_another_version_or_run_or_size_or_that_can_be_cut_is_not_taken)
{
	const size_t size = sizeof(struct pl_channel);

	check_is_not_taken(PL_CHANNEL_MAGIC + 1, TEST_COOKIE, size, true);
	check_is_not_taken(PL_CHANNEL_MAGIC, TEST_COOKIE + 1, size, true);
	check_is_not_taken(PL_CHANNEL_MAGIC, TEST_COOKIE, size - 1, true);
	check_is_not_taken(PL_CHANNEL_MAGIC, TEST_COOKIE, 0, true);
	check_is_not_taken(PL_CHANNEL_MAGIC, TEST_COOKIE, size, false);
}

CHILD_TEST(inherited_files_are_closed_and_others_under_their_numbers_are_not)
{
	char where[64];
	int page = page_file(PL_CHANNEL_MAGIC, TEST_COOKIE, sizeof(struct pl_channel), true);

	page_where(where, page);
	pl_reach_close_inherited(where, PL_CHANNEL_MAGIC);
	CHECK(fcntl(page, F_GETFD) < 0 && errno == EBADF);
	CHECK_EQUAL(open("/dev/null", O_RDONLY), page);
	pl_reach_close_inherited(where, PL_CHANNEL_MAGIC);
	CHECK_EQUAL(fcntl(page, F_GETFD), 0);
}

static uint64_t processes_on(const struct pl_channel *page)
{
	uint64_t count = 0;

	for (size_t i = 0; i < PL_CHANNEL_PROCESSES; i++)
		count += page->processes[i] != 0;
	return count;
}

static char reached_by_child[64];

static void start_in_child(void)
{
	CHECK(pl_channel_open(reached_by_child));
	CHECK(pl_channel_open(reached_by_child)); /* as the program that it executes does */
}

CHILD_TEST(process_has_its_place_until_its_end_is_heard_of)
{
	struct pl_channel *page = page_make_for_test(reached_by_child);

	CHECK(page != NULL && pl_channel_open(reached_by_child));
	CHECK_EQUAL(processes_on(page), 1);
	child_passes(start_in_child); /* it ends by _exit() */
	CHECK_EQUAL(processes_on(page), 2);
	pl_channel_end();
	CHECK_EQUAL(processes_on(page), 1);
	for (int i = 0; i < PL_CHANNEL_PROCESSES; i++)
		pl_channel_adopt();
	CHECK_EQUAL(processes_on(page), PL_CHANNEL_PROCESSES);
	CHECK_EQUAL(page->processes_without_place, 1);
}

CHILD_TEST(counts_are_seen_by_whoever_made_the_page)
{
	struct pl_channel *page = open_page();

	CHECK(pl_channel() != NULL && pl_channel() != page);
	PL_CHANNEL_COUNT(processes_started);
	PL_CHANNEL_COUNT(locks);
	PL_CHANNEL_COUNT(locks);
	CHECK_EQUAL(page->processes_started, 1);
	CHECK_EQUAL(page->locks, 2);
	CHECK_EQUAL(page->scopes, 0);
}

static void check_sums(const struct pl_layout_phase *sums, uint64_t allocations,
		       uint64_t reallocations, uint64_t deallocations, uint64_t bytes_requested,
		       uint64_t permitted_attempts)
{
	CHECK_EQUAL(sums->allocations, allocations);
	CHECK_EQUAL(sums->reallocations, reallocations);
	CHECK_EQUAL(sums->deallocations, deallocations);
	CHECK_EQUAL(sums->bytes_requested, bytes_requested);
	CHECK_EQUAL(sums->permitted_attempts, permitted_attempts);
}

CHILD_TEST(what_was_done_goes_to_the_sums_of_its_phase)
{
	struct phaselock_stats done = {.allocations = 10,
				       .reallocations = 5,
				       .deallocations = 3,
				       .bytes_requested = 1000,
				       .permitted_attempts = 2};
	struct pl_channel *page = open_page();

	pl_channel_add(&done, false);
	check_sums(&page->init, 10, 5, 3, 1000, 2);
	check_sums(&page->locked, 0, 0, 0, 0, 0);
	pl_channel_add(&done, true);
	pl_channel_add(&done, true);
	check_sums(&page->init, 10, 5, 3, 1000, 2);
	check_sums(&page->locked, 20, 10, 6, 2000, 4);
}

CHILD_TEST(unseen_modules_are_named_once_while_there_is_room_and_all_counted)
{
	struct phaselock_unseen unseen = {
		.allocator = "libc.so.6", .function = "malloc", .entries = 5};
	struct pl_channel *page = open_page();

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < PL_CHANNEL_UNSEEN; i++) {
			snprintf(unseen.module, sizeof(unseen.module), "plugin%d.so", i);
			pl_channel_name(&unseen);
			CHECK(strcmp(page->unseen[i].module, unseen.module) == 0);
			CHECK(strcmp(page->unseen[i].allocator, "libc.so.6") == 0);
			CHECK(strcmp(page->unseen[i].function, "malloc") == 0);
			CHECK_EQUAL(page->unseen[i].entries, 5);
		}
	CHECK_EQUAL(page->unseen_modules, PL_CHANNEL_UNSEEN);
	snprintf(unseen.module, sizeof(unseen.module), "one_more.so");
	pl_channel_name(&unseen);
	CHECK_EQUAL(page->unseen_modules, PL_CHANNEL_UNSEEN + 1);
}

static void end_in_child(void)
{
	pl_channel_end();
}

CHILD_TEST(process_ends_once_and_a_child_only_if_it_was_adopted)
{
	struct pl_channel *page = open_page();

	child_passes(end_in_child); /* as a child of vfork() */
	CHECK_EQUAL(page->processes_ended, 0);
	pl_channel_end();
	CHECK_EQUAL(page->processes_ended, 1);
	pl_channel_adopt();
	CHECK_EQUAL(page->processes_forked, 1);
}

CHILD_TEST(each_phase_of_a_process_is_published_when_it_ends)
{
	struct pl_channel *page = open_page();
	void *block = pl_test_malloc(100);

	phaselock_lock_allocations();
	check_sums(&page->init, 1, 0, 0, 100, 0);
	phaselock_permit_begin();
	block = pl_test_realloc(block, 50);
	phaselock_permit_end();
	phaselock_unlock_allocations();
	check_sums(&page->init, 1, 0, 0, 100, 0);
	check_sums(&page->locked, 0, 1, 0, 50, 1);
	pl_test_free(block);
	phaselock_seal_allocations();
	check_sums(&page->init, 1, 0, 1, 100, 0);
	pl_stats_publish(true);
	pl_stats_publish(true);
	check_sums(&page->locked, 0, 1, 0, 50, 1);
	CHECK_EQUAL(page->locks, 2);
	CHECK_EQUAL(page->scopes, 0);
}

CHILD_TEST(reset_of_the_statistics_does_not_disturb_the_sums)
{
	struct pl_channel *page = open_page();

	pl_test_free(pl_test_malloc(10));
	pl_stats_publish(false);
	pl_test_free(pl_test_malloc(10));
	reset_stats();
	pl_stats_publish(false);
	check_sums(&page->init, 2, 0, 2, 20, 0);
	pl_test_free(pl_test_malloc(10));
	pl_stats_publish_nothing(); /* the child of a fork */
	pl_stats_publish(false);
	check_sums(&page->init, 2, 0, 2, 20, 0);
}

CHILD_TEST(violations_locks_and_forbid_scopes_are_counted)
{
	struct pl_channel *page = open_page();

	phaselock_set_policy(PHASELOCK_DENY);
	phaselock_forbid_begin();
	phaselock_permit_begin();
	phaselock_permit_end();
	fclose(stderr); /* this test is not about the report */
	CHECK(pl_test_malloc(1) == NULL);
	phaselock_forbid_end();
	phaselock_lock_allocations();
	phaselock_lock_allocations();
	CHECK_EQUAL(page->scopes, 1);
	CHECK_EQUAL(page->violations, 1);
	CHECK_EQUAL(page->locks, 2);
	CHECK_EQUAL(page->processes_ended, 0);
}

#define COUNTERS 4
#define COUNTS 500000

static pthread_barrier_t together;

static void *count_often(void *unused)
{
	const struct phaselock_stats done = {.allocations = 1, .bytes_requested = 3};

	pthread_barrier_wait(&together);
	for (int i = 0; i < COUNTS; i++) {
		PL_CHANNEL_COUNT(violations);
		PL_CHANNEL_COUNT(locked.suppressed);
		pl_channel_add(&done, true);
	}
	return unused;
}

CHILD_TEST(threads_that_count_at_once_lose_nothing)
{
	struct pl_channel *page = open_page();
	pthread_t threads[COUNTERS];

	pthread_barrier_init(&together, NULL, COUNTERS);
	for (int i = 0; i < COUNTERS; i++)
		threads[i] = thread_start(count_often, NULL);
	for (int i = 0; i < COUNTERS; i++)
		thread_end(threads[i]);
	CHECK_EQUAL(page->violations, COUNTERS * COUNTS);
	CHECK_EQUAL(page->locked.suppressed, COUNTERS * COUNTS);
	CHECK_EQUAL(page->init.suppressed, 0);
	CHECK_EQUAL(page->locked.allocations, COUNTERS * COUNTS);
	CHECK_EQUAL(page->locked.bytes_requested, 3 * COUNTERS * COUNTS);
}

static struct pl_channel *shared_page;
static char shared_where[64];

static void violate_and_abort(void)
{
	CHECK(pl_channel_open(shared_where));
	close(STDERR_FILENO);
	pl_test_free(pl_test_malloc(10));
	phaselock_lock_allocations();
	pl_test_malloc(1);
}

TEST(process_that_ends_by_a_violation_has_published_all_it_did)
{
	shared_page = page_make_for_test(shared_where);
	assert_non_null(shared_page);
	child_aborts(violate_and_abort, "");
	assert_int_equal(shared_page->violations, 1);
	assert_int_equal(shared_page->processes_ended, 1);
	assert_int_equal(shared_page->init.allocations, 1);
	assert_int_equal(shared_page->init.deallocations, 1);
	assert_int_equal(shared_page->locked.allocations, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_page_nothing_is_counted_and_nothing_breaks),
		cmocka_unit_test(a_child_is_awaited_until_it_is_heard_of_in_either_order),
		cmocka_unit_test(a_program_that_takes_the_place_of_another_is_not_awaited),
		cmocka_unit_test(what_names_no_page_is_not_taken),
		cmocka_unit_test(a_child_is_awaited_until_it_is_heard_of_in_either_order),
		cmocka_unit_test(a_program_that_takes_the_place_of_another_is_not_awaited),
		cmocka_unit_test(
			page_of_another_version_or_run_or_size_or_that_can_be_cut_is_not_taken),
		cmocka_unit_test(inherited_files_are_closed_and_others_under_their_numbers_are_not),
		cmocka_unit_test(process_has_its_place_until_its_end_is_heard_of),
		cmocka_unit_test(counts_are_seen_by_whoever_made_the_page),
		cmocka_unit_test(what_was_done_goes_to_the_sums_of_its_phase),
		cmocka_unit_test(unseen_modules_are_named_once_while_there_is_room_and_all_counted),
		cmocka_unit_test(process_ends_once_and_a_child_only_if_it_was_adopted),
		cmocka_unit_test(each_phase_of_a_process_is_published_when_it_ends),
		cmocka_unit_test(reset_of_the_statistics_does_not_disturb_the_sums),
		cmocka_unit_test(violations_locks_and_forbid_scopes_are_counted),
		cmocka_unit_test(threads_that_count_at_once_lose_nothing),
		cmocka_unit_test(process_that_ends_by_a_violation_has_published_all_it_did),
	};

	return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
