/* SPDX-License-Identifier: MIT */
/*
 * Requests that cannot be served: the backend fails at every place of a workload, on the hot path
 * and on the slow one, in threads without a record and in threads that are ending.
 *
 * shows: PL-004, PL-006 (a realloc that fails), PL-050, PL-051, PL-054, PL-503
 */
#define _GNU_SOURCE
#include "thread/gate.h"
#include "request/request.h"
#include "thread/thread.h"

#include "child.h"
#include "failing_mmap.h"
#include "fake_backend.h"
#include "renamed.h"
#include "threads.h"

#include <semaphore.h>

/* ---- fail the nth call, for every n ---------------------------------------------------------- */

/* The outcome of the workload. */
struct tally {
	unsigned served; /* blocks made by allocations */
	unsigned given_back;
	unsigned refused; /* allocations and reallocations that returned NULL */
	/* refused with an errno other than ENOMEM, or with a damaged block */
	unsigned wrong;
	uint64_t asked; /* bytes */
};

static void *note(struct tally *tally, void *block, size_t size)
{
	tally->asked += size;
	tally->served += block != NULL;
	tally->refused += block == NULL;
	tally->wrong += block == NULL && errno != ENOMEM;
	return block;
}

static void *resize(struct tally *tally, void *block, size_t size)
{
	void *moved;

	if (block == NULL)
		return NULL;
	memcpy(block, "whole", 6);
	errno = 0;
	moved = pl_test_realloc(block, size);
	tally->asked += size;
	tally->refused += moved == NULL;
	tally->wrong += moved == NULL && errno != ENOMEM;
	block = moved != NULL ? moved : block;
	tally->wrong += memcmp(block, "whole", 6) != 0;
	return block;
}

static struct tally work(void)
{
	struct tally tally = {0};
	void *blocks[8] = {NULL};
	void *unset = &tally;

	errno = 0;
	blocks[0] = note(&tally, pl_test_malloc(100), 100);
	errno = 0;
	blocks[1] = note(&tally, pl_test_malloc(10000), 10000);
	errno = 0;
	blocks[2] = note(&tally, pl_test_calloc(7, 9), 63);
	errno = 0;
	blocks[3] = note(&tally, pl_test_aligned_alloc(256, 512), 512);
	blocks[4] = unset;
	errno = 0;
	if (pl_test_posix_memalign(&blocks[4], 64, 128) != 0) {
		tally.wrong += blocks[4] != unset;
		errno = ENOMEM; /* its result says so */
		blocks[4] = NULL;
	}
	note(&tally, blocks[4], 128);
	errno = 0;
	blocks[5] = note(&tally, pl_test_realloc(NULL, 33), 33);
	errno = 0;
	blocks[6] = note(&tally, pl_test_valloc(10), 10);
	blocks[2] = resize(&tally, blocks[2], 10000);
	blocks[2] = resize(&tally, blocks[2], 20);
	blocks[3] = resize(&tally, blocks[3], 600);
	EACH_ROW(i, blocks) {
		tally.given_back += blocks[i] != NULL;
		pl_test_free(blocks[i]);
	}
	return tally;
}

static void reconcile(const struct tally *tally, const struct phaselock_stats *delta,
		      unsigned reallocations)
{
	assert_int_equal(tally->wrong, 0);
	assert_int_equal(delta->allocations, 7);
	assert_int_equal(delta->reallocations, reallocations);
	assert_int_equal(delta->deallocations, tally->given_back);
	assert_int_equal(delta->failed_allocations, tally->refused);
	assert_int_equal(delta->bytes_requested, tally->asked);
	assert_int_equal(delta->bytes_allocated, delta->bytes_deallocated);
	assert_int_equal(tally->given_back, tally->served);
}

TEST(backend_that_fails_at_any_call_is_told_and_counted_once)
{
	unsigned n = 0;

	for (bool failed = true; failed;) {
		struct phaselock_stats before = get_stats(), after, delta;
		struct tally tally;
		uint64_t level = before.live_allocations;

		fake_backend_fail_nth(++n);
		tally = work();
		failed = !fake_backend_failure_is_pending();
		fake_backend_fail_nth(0);
		after = get_stats();
		delta = phaselock_stats_delta(&before, &after);
		assert_int_equal(tally.refused, failed);
		/*
		 * A block that was never made is not resized: two times the third, once the fourth.
		 */
		reconcile(&tally, &delta, n == 3 ? 1 : n == 4 ? 2 : 3);
		assert_int_equal(after.live_allocations, level);
		assert_int_equal(after.live_bytes, before.live_bytes);
	}
	assert_int_equal(n,
			 11); /* seven allocations, three reallocations, and once nothing failed */
}

TEST(failure_of_malloc_is_counted_once_whether_the_gate_is_open_or_closed)
{
	for (int closed = 0; closed < 2; closed++) {
		struct phaselock_stats before, after;

		pl_test_free(pl_test_malloc(1)); /* registers the thread */
		if (closed == 1)
			pl_thread_self()->holding = true;
		pl_gate_set(pl_thread_self());
		assert_int_equal(pl_gate_is_open(), closed == 0);
		before = get_stats();
		fake_backend_fail_nth(1);
		assert_null(pl_test_malloc(100));
		after = get_stats();
		assert_int_equal(after.allocations - before.allocations, 1);
		assert_int_equal(after.failed_allocations - before.failed_allocations, 1);
		assert_int_equal(after.live_allocations, before.live_allocations);
	}
}

TEST(sizes_that_no_machine_has_fail_with_enomem)
{
	static const size_t sizes[] = {(size_t)1 << 46, PTRDIFF_MAX, SIZE_MAX - 4096, SIZE_MAX};

	EACH_ROW(i, sizes) {
		struct phaselock_stats before = get_stats(), after;

		errno = 0;
		assert_null(pl_test_malloc(sizes[i]));
		assert_int_equal(errno, ENOMEM);
		after = get_stats();
		assert_int_equal(after.failed_allocations - before.failed_allocations, 1);
		assert_int_equal(after.live_allocations, before.live_allocations);
	}
}

/* ---- threads without a record ---------------------------------------------------------------- */

static sem_t leave;
static _Atomic int attempt; /* 0: under way, 1: served, 2: refused */

static void *ask_without_memory_and_stay(void *unused)
{
	void *block;

	mmap_fails = true;
	errno = 0;
	block = pl_test_malloc(10);
	atomic_store(&attempt, block != NULL ? 1 : errno == ENOMEM ? 2 : 3);
	if (block == NULL)
		atomic_fetch_add(&attempt,
				 pl_test_calloc(1, 1) != NULL || pl_request_was_denied() ? 10 : 0);
	pl_test_free(block);
	while (sem_wait(&leave) != 0)
		;
	return unused;
}

static void refuse_a_thread_without_record(void)
{
	pthread_t threads[64];
	unsigned started = 0;

	sem_init(&leave, 0, 0);
	do {
		atomic_store(&attempt, 0);
		threads[started++] = thread_start(ask_without_memory_and_stay, NULL);
		while (atomic_load(&attempt) == 0)
			sched_yield();
	} while (atomic_load(&attempt) == 1 && started < COUNT_OF(threads));
	for (unsigned i = 0; i < started; i++)
		sem_post(&leave);
	for (unsigned i = 0; i < started; i++)
		thread_end(threads[i]);
	CHECK_EQUAL(atomic_load(&attempt), 2);
	CHECK_EQUAL(get_stats().allocations, started - 1);
}

TEST(thread_for_which_there_is_no_record_is_refused_with_enomem)
{
	child_passes(refuse_a_thread_without_record);
}

/* ---- threads on their way out ---------------------------------------------------------------- */

static pthread_key_t late_key;
static struct tally late_tally;
static void *left_behind[2];

static void work_late(void *unused)
{
	(void)unused;
	CHECK(pl_thread_self()->exiting);
	late_tally = work();
	left_behind[0] = pl_test_realloc(pl_test_malloc(10), 1000);
	left_behind[1] = pl_test_malloc(3000); /* its last act */
}

static void set_late_key(void)
{
	pl_test_free(pl_test_malloc(1));
	pthread_setspecific(late_key, &late_key);
}

CHILD_TEST(requests_of_later_destructors_of_a_thread_are_counted_to_the_byte)
{
	struct phaselock_stats stats;
	uint64_t usable;

	pl_test_free(pl_test_malloc(1)); /* makes the registry's key, before ours */
	CHECK_EQUAL(pthread_key_create(&late_key, work_late), 0);
	for (unsigned i = 1; i <= 5; i++) {
		thread_run(set_late_key);
		stats = get_stats();
		usable = pl_test_malloc_usable_size(left_behind[0]);
		usable += pl_test_malloc_usable_size(left_behind[1]);
		CHECK_EQUAL(late_tally.refused + late_tally.wrong, 0);
		CHECK_EQUAL(stats.allocations, 1 + i * 10);
		CHECK_EQUAL(stats.live_allocations, 2);
		CHECK_EQUAL(stats.reallocations, i * 4);
		CHECK_EQUAL(stats.live_bytes, usable);
		CHECK(stats.bytes_allocated >= i * late_tally.asked);
		CHECK_EQUAL(stats.threads, 1);
		pl_test_free(left_behind[0]);
		pl_test_free(left_behind[1]);
	}
}

int main(void)
{
	/* First the tests whose child must find a process without a request. */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thread_for_which_there_is_no_record_is_refused_with_enomem),
		cmocka_unit_test(requests_of_later_destructors_of_a_thread_are_counted_to_the_byte),
		cmocka_unit_test(backend_that_fails_at_any_call_is_told_and_counted_once),
		cmocka_unit_test(
			failure_of_malloc_is_counted_once_whether_the_gate_is_open_or_closed),
		cmocka_unit_test(sizes_that_no_machine_has_fail_with_enomem),
	};

	return cmocka_run_group_tests_name("request_failure", tests, NULL, NULL);
}
