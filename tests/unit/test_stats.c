/* SPDX-License-Identifier: MIT */
/*
 * The public statistics, through the malloc family under its other names, compared with the fake
 * backend's own counts of usable bytes. Each test starts in a child, a process that has made no
 * request yet.
 *
 * shows: PL-050, PL-051, PL-052, PL-053, PL-054
 */
#define _GNU_SOURCE
#include "thread/stats.h"

#include "child.h"
#include "fake_backend.h"
#include "renamed.h"
#include "threads.h"

#define FIELDS (sizeof(struct phaselock_stats) / sizeof(uint64_t))

/* By position, in the order of the structure. */
static const bool is_level[FIELDS] = {[8] = true, [9] = true, [13] = true, [14] = true};

_Static_assert(offsetof(struct phaselock_stats, live_allocations) == 8 * sizeof(uint64_t),
	       "the table above");
_Static_assert(offsetof(struct phaselock_stats, live_bytes) == 9 * sizeof(uint64_t),
	       "the table above");
_Static_assert(offsetof(struct phaselock_stats, threads) == 13 * sizeof(uint64_t),
	       "the table above");
_Static_assert(offsetof(struct phaselock_stats, phase) == 14 * sizeof(uint64_t), "the table above");
_Static_assert(FIELDS == 16, "the table above");

static struct phaselock_stats thread_stats(void)
{
	struct phaselock_stats stats;

	phaselock_get_thread_stats(&stats, sizeof(stats));
	return stats;
}

static void check_same(const struct phaselock_stats *is, const struct phaselock_stats *wanted)
{
	CHECK_EQUAL(is->allocations, wanted->allocations);
	CHECK_EQUAL(is->deallocations, wanted->deallocations);
	CHECK_EQUAL(is->reallocations, wanted->reallocations);
	CHECK_EQUAL(is->failed_allocations, wanted->failed_allocations);
	CHECK_EQUAL(is->bytes_requested, wanted->bytes_requested);
	CHECK_EQUAL(is->bytes_allocated, wanted->bytes_allocated);
	CHECK_EQUAL(is->bytes_deallocated, wanted->bytes_deallocated);
	CHECK_EQUAL(is->bytes_reallocated, wanted->bytes_reallocated);
	CHECK_EQUAL(is->live_allocations, wanted->live_allocations);
	CHECK_EQUAL(is->live_bytes, wanted->live_bytes);
	CHECK_EQUAL(is->locked_attempts, wanted->locked_attempts);
	CHECK_EQUAL(is->permitted_attempts, wanted->permitted_attempts);
	CHECK_EQUAL(is->locked_deallocations, wanted->locked_deallocations);
	CHECK_EQUAL(is->threads, wanted->threads);
	CHECK_EQUAL(is->phase, wanted->phase);
	CHECK_EQUAL(is->suppressed_attempts, wanted->suppressed_attempts);
}

/*
 * Does something of each kind; leaves one block, which is returned. What it did, but for the bytes:
 */
static const struct phaselock_stats done = {
	.allocations = 5,
	.deallocations = 4,
	.reallocations = 2,
	.bytes_requested = 100 + 20 * 30 + 9000 + 64 + 10 + 500 + 50,
	.live_allocations = 1,
	.permitted_attempts = 1,
	.locked_deallocations = 1,
};

static void *do_something_of_each(void)
{
	void *blocks[4] = {pl_test_malloc(100), pl_test_calloc(20, 30), pl_test_malloc(9000), NULL};
	void *permitted;

	CHECK_EQUAL(pl_test_posix_memalign(&blocks[3], 64, 64), 0);
	blocks[0] = pl_test_realloc(blocks[0], 500);
	blocks[0] = pl_test_realloc(blocks[0], 50);
	phaselock_lock_allocations();
	phaselock_permit_begin();
	permitted = pl_test_malloc(10);
	phaselock_permit_end();
	pl_test_free(permitted);
	phaselock_unlock_allocations();
	pl_test_free(NULL);
	for (unsigned i = 1; i < 4; i++)
		pl_test_free(blocks[i]);
	return blocks[0];
}

static struct phaselock_stats wanted_after(unsigned times)
{
	struct phaselock_stats wanted = {.phase = PHASELOCK_INIT, .threads = 1};

	wanted.allocations = times * done.allocations;
	wanted.deallocations = times * done.deallocations;
	wanted.reallocations = times * done.reallocations;
	wanted.bytes_requested = times * done.bytes_requested;
	wanted.live_allocations = times * done.live_allocations;
	wanted.permitted_attempts = times * done.permitted_attempts;
	wanted.locked_deallocations = times * done.locked_deallocations;
	return wanted;
}

CHILD_TEST(process_that_did_nothing_has_counted_nothing)
{
	struct phaselock_stats stats = get_stats(), none = {.threads = 0};

	check_same(&stats, &none);
}

CHILD_TEST(each_field_counts_what_its_comment_says)
{
	void *kept = do_something_of_each();
	struct phaselock_stats stats = get_stats(), own = thread_stats(), wanted = wanted_after(1);

	wanted.bytes_allocated = fake_backend_allocated();
	wanted.bytes_deallocated = fake_backend_deallocated();
	wanted.live_bytes = wanted.bytes_allocated - wanted.bytes_deallocated;
	wanted.bytes_reallocated = stats.bytes_reallocated;
	check_same(&stats, &wanted);
	check_same(&own, &wanted);
	CHECK_EQUAL(stats.live_bytes, pl_test_malloc_usable_size(kept));
	pl_test_free(kept);
	CHECK_EQUAL(get_stats().live_bytes, 0);
	CHECK_EQUAL(get_stats().live_allocations, 0);
}

CHILD_TEST(reallocated_bytes_are_what_was_gained_less_what_was_lost)
{
	void *block = pl_test_malloc(100);
	size_t first = pl_test_malloc_usable_size(block), second, third;

	block = pl_test_realloc(block, 5000);
	second = pl_test_malloc_usable_size(block);
	CHECK_EQUAL(get_stats().bytes_reallocated, second - first);
	block = pl_test_realloc(block, 10);
	third = pl_test_malloc_usable_size(block);
	CHECK_EQUAL((int64_t)get_stats().bytes_reallocated, (int64_t)third - (int64_t)first);
	CHECK((int64_t)get_stats().bytes_reallocated < 0);
	pl_test_free(block);
}

CHILD_TEST(request_that_fails_is_failed_and_not_live)
{
	void *kept = pl_test_malloc(1);
	struct phaselock_stats stats;

	fake_backend_fail_nth(1);
	CHECK(pl_test_malloc(PHASELOCK_SITES_MAX * 1024) == NULL && errno == ENOMEM);
	fake_backend_fail_nth(1);
	CHECK(pl_test_calloc(1, 1) == NULL && errno == ENOMEM);
	stats = get_stats();
	CHECK_EQUAL(stats.allocations, 3);
	CHECK_EQUAL(stats.failed_allocations, 2);
	CHECK_EQUAL(stats.live_allocations, 1);
	CHECK_EQUAL(thread_stats().live_allocations, 1);
	CHECK_EQUAL(stats.live_bytes, pl_test_malloc_usable_size(kept));
	pl_test_free(kept);
}

/* ---- reset ----------------------------------------------------------------------------------- */

CHILD_TEST(reset_moves_the_flows_to_zero_and_neither_levels_nor_phase)
{
	void *kept = do_something_of_each();
	struct phaselock_stats before, after, own_before = thread_stats(), own_after;

	phaselock_lock_allocations();
	before = get_stats();
	reset_stats();
	after = get_stats();
	own_after = thread_stats();
	for (size_t i = 0; i < FIELDS; i++)
		CHECK_EQUAL(((const uint64_t *)&after)[i],
			    is_level[i] ? ((const uint64_t *)&before)[i] : 0);
	CHECK_EQUAL(after.phase, PHASELOCK_LOCKED);
	CHECK_EQUAL(after.live_allocations, 1);
	CHECK(after.live_bytes >= 50);
	own_before.phase = PHASELOCK_LOCKED;
	check_same(&own_after, &own_before);

	pl_test_free(kept);
	after = get_stats();
	CHECK_EQUAL(after.deallocations, 1);
	CHECK_EQUAL(after.live_allocations, 0);
	CHECK_EQUAL(after.live_bytes, 0);
}

TEST(delta_is_the_difference_of_flows_and_the_levels_of_the_end)
{
	struct phaselock_stats begin, end, delta;

	for (size_t i = 0; i < FIELDS; i++) {
		((uint64_t *)&begin)[i] = 1000 * (i + 1);
		((uint64_t *)&end)[i] = 1000 * (i + 1) + 7 * i + 3;
	}
	begin.bytes_reallocated = 50;
	end.bytes_reallocated = 20;
	delta = phaselock_stats_delta(&begin, &end);
	assert_int_equal((int64_t)delta.bytes_reallocated, -30);
	delta.bytes_reallocated = 7 * 7 + 3;
	for (size_t i = 0; i < FIELDS; i++)
		assert_int_equal(((const uint64_t *)&delta)[i],
				 is_level[i] ? ((const uint64_t *)&end)[i] : 7 * i + 3);
}

/* ---- structures of another size -------------------------------------------------------------- */

static void check_size(void (*get)(struct phaselock_stats *, size_t), size_t size)
{
	static unsigned char out[sizeof(struct phaselock_stats) + 64];
	struct phaselock_stats whole;

	get(&whole, sizeof(whole));
	memset(out, 0xee, sizeof(out));
	get((struct phaselock_stats *)(void *)out, size);
	for (size_t i = 0; i < sizeof(out); i++) {
		const unsigned char *known = (const unsigned char *)&whole;

		CHECK_EQUAL(out[i], i >= size ? 0xee : i < sizeof(whole) ? known[i] : 0);
	}
}

CHILD_TEST(structures_of_any_size_are_filled_as_far_as_both_know_them)
{
	pl_test_free(do_something_of_each());
	for (size_t size = 0; size <= sizeof(struct phaselock_stats) + 48; size++) {
		check_size(phaselock_get_stats, size);
		check_size(phaselock_get_thread_stats, size);
	}
}

/* ---- threads --------------------------------------------------------------------------------- */

static struct phaselock_stats first_look, last_look;

static void work_between_looks(void)
{
	first_look = thread_stats();
	pl_test_free(do_something_of_each());
	last_look = thread_stats();
}

static void check_that_a_thread_counted_its_own(void)
{
	struct phaselock_stats wanted = {.threads = 1};

	check_same(&first_look, &wanted);
	wanted = wanted_after(1);
	wanted.deallocations++;
	wanted.live_allocations = 0;
	wanted.bytes_allocated = last_look.bytes_allocated;
	wanted.bytes_deallocated = last_look.bytes_allocated;
	wanted.bytes_reallocated = last_look.bytes_reallocated;
	check_same(&last_look, &wanted);
}

CHILD_TEST(dead_threads_stay_in_the_sum_and_their_heir_starts_at_zero)
{
	const unsigned times = 20;
	struct phaselock_stats stats;
	uint64_t bytes = 0;

	phaselock_permit_begin(); /* counts nothing, but registers */
	phaselock_permit_end();
	for (unsigned i = 0; i < times; i++) {
		thread_run(work_between_looks);
		check_that_a_thread_counted_its_own();
		bytes += last_look.bytes_allocated;
	}
	stats = get_stats();
	CHECK_EQUAL(stats.allocations, times * done.allocations);
	CHECK_EQUAL(stats.deallocations, times * (done.deallocations + 1));
	CHECK_EQUAL(stats.reallocations, times * done.reallocations);
	CHECK_EQUAL(stats.bytes_requested, times * done.bytes_requested);
	CHECK_EQUAL(stats.bytes_allocated, bytes);
	CHECK_EQUAL(stats.bytes_deallocated, stats.bytes_allocated);
	CHECK_EQUAL(stats.live_allocations, 0);
	CHECK_EQUAL(stats.live_bytes, 0);
	CHECK_EQUAL(stats.threads, 1);
}

static void *block_of_another;

static void take_one(void)
{
	block_of_another = pl_test_malloc(300);
}

CHILD_TEST(block_freed_by_another_thread_balances_in_the_sum)
{
	thread_run(take_one);
	CHECK_EQUAL(get_stats().live_allocations, 1);
	pl_test_free(block_of_another);
	CHECK_EQUAL(get_stats().live_allocations, 0);
	CHECK_EQUAL(get_stats().live_bytes, 0);
	/* a thread that only freed has nothing alive, not less than nothing */
	CHECK_EQUAL(thread_stats().live_allocations, 0);
	CHECK_EQUAL(thread_stats().live_bytes, 0);
	CHECK_EQUAL(thread_stats().deallocations, 1);
}

#define PAIRS 20000

static void *make_pairs(void *unused)
{
	for (unsigned i = 0; i < PAIRS; i++)
		pl_test_free(pl_test_malloc(i % 64));
	return unused;
}

CHILD_TEST(snapshots_while_threads_work_never_decrease_and_end_exact)
{
	pthread_t threads[3];
	uint64_t before = 0, now = 0;

	EACH_ROW(i, threads)
		threads[i] = thread_start(make_pairs, NULL);
	while (now < PAIRS * COUNT_OF(threads)) {
		now = get_stats().allocations;
		CHECK(now >= before);
		before = now;
	}
	EACH_ROW(i, threads)
		thread_end(threads[i]);
	CHECK_EQUAL(get_stats().allocations, PAIRS * COUNT_OF(threads));
	CHECK_EQUAL(get_stats().deallocations, PAIRS * COUNT_OF(threads));
	CHECK_EQUAL(get_stats().live_bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(process_that_did_nothing_has_counted_nothing),
		cmocka_unit_test(each_field_counts_what_its_comment_says),
		cmocka_unit_test(reallocated_bytes_are_what_was_gained_less_what_was_lost),
		cmocka_unit_test(request_that_fails_is_failed_and_not_live),
		cmocka_unit_test(reset_moves_the_flows_to_zero_and_neither_levels_nor_phase),
		cmocka_unit_test(delta_is_the_difference_of_flows_and_the_levels_of_the_end),
		cmocka_unit_test(structures_of_any_size_are_filled_as_far_as_both_know_them),
		cmocka_unit_test(dead_threads_stay_in_the_sum_and_their_heir_starts_at_zero),
		cmocka_unit_test(block_freed_by_another_thread_balances_in_the_sum),
		cmocka_unit_test(snapshots_while_threads_work_never_decrease_and_end_exact),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
