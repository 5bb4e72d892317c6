/* SPDX-License-Identifier: MIT */
/*
 * The moment of a run, as a process under `phaselock run` comes by it: at its next request of any
 * kind, at the next call that asks for the phase or changes it, and at its end. The page is one
 * that the test has made, and writes as the command does.
 *
 * shows: PL-762 PL-764
 */
#define _GNU_SOURCE
#include "request/moment.h"

#include "entry/interpose.h"
#include "report/history.h"
#include "request/control.h"
#include "request/heard.h"
#include "request/request.h"
#include "thread/phase.h"
#include "thread/thread.h"

#include "child.h"
#include "fake_backend.h"
#include "page.h"
#include "threads.h"
#include "violation_double.h"

static unsigned judged;
static enum phaselock_cause cause_judged;
static struct pl_channel *page;

enum phaselock_verdict pl_violation(const struct pl_request *request, enum phaselock_cause cause,
				    struct pl_thread *thread)
{
	(void)request;
	(void)thread;
	judged++;
	cause_judged = cause;
	return PHASELOCK_ALLOW;
}

/* A process that follows a run before anything is wanted. */
static void join(void)
{
	char where[64];

	page = page_make_for_test(where);
	CHECK(page != NULL && pl_channel_open(where));
	pl_moment_follow();
	CHECK(pl_phase_load() == PL_PHASE_WATCHED);
}

static void say(enum pl_channel_want want)
{
	pl_channel_say_moment(page, pl_os_monotonic_ns(), want);
}

/* ---- requests -------------------------------------------------------------------------------- */

static const char a_caller[1];

/* Keeps blocks reachable to the end of the child, for detectors of leaks. */
static void *keep(void *block)
{
	static void *volatile kept[64];
	static _Atomic size_t count;
	void *volatile *place = &kept[count++ % 64];

	*place = block;
	return *place;
}

static void *by_malloc(void *block)
{
	(void)block;
	return keep(pl_request_malloc("malloc", 100));
}

static void *by_zeroed(void *block)
{
	(void)block;
	return keep(pl_request_zeroed("calloc", 100, a_caller));
}

static void *by_aligned(void *block)
{
	(void)block;
	return keep(pl_request_aligned("memalign", PL_ALIGNED_ALLOC, 64, 128, a_caller));
}

static void *by_realloc(void *block)
{
	return keep(pl_request_realloc("realloc", block, 200, a_caller));
}

static void *by_overflow(void *block)
{
	(void)block;
	return pl_request_overflow("calloc", 0, NULL, a_caller);
}

static void *by_heard(void *block)
{
	pl_heard_allocation(block, 100, a_caller);
	return NULL;
}

static void *by_free(void *block)
{
	pl_request_free("free", block);
	return NULL;
}

static void *by_heard_release(void *block)
{
	pl_heard_release(block, a_caller);
	return NULL;
}

static void *(*const requests[])(void *) = {by_malloc,	 by_zeroed, by_aligned, by_realloc,
					    by_overflow, by_heard,  by_free,	by_heard_release};

static void make_request(size_t i, bool by_another_thread)
{
	void *block = keep(pl_request_malloc("malloc", 100));

	judged = 0;
	say(PL_CHANNEL_LOCK_AFTER);
	if (by_another_thread)
		thread_end(thread_start(requests[i], block));
	else
		requests[i](block);
	CHECK_EQUAL(judged, 1);
	CHECK_EQUAL(cause_judged, PHASELOCK_CAUSE_PHASE);
	CHECK(phaselock_get_phase() == PHASELOCK_LOCKED);
}

CHILD_TEST(each_kind_of_request_after_the_moment_is_judged_by_it)
{
	pl_request_forbid_free(true);
	join();
	EACH_ROW(i, requests) {
		make_request(i, false);
		say(PL_CHANNEL_UNLOCK_SIGNAL);
		judged = 0;
		requests[i](keep(pl_request_malloc("malloc", 100)));
		CHECK_EQUAL(judged, 0);
	}
}

CHILD_TEST(so_is_the_first_request_of_a_thread)
{
	pl_request_forbid_free(true);
	join();
	EACH_ROW(i, requests) {
		make_request(i, true);
		say(PL_CHANNEL_UNLOCK_SIGNAL);
		CHECK(phaselock_get_phase() == PHASELOCK_INIT);
	}
}

/* ---- order ----------------------------------------------------------------------------------- */

CHILD_TEST(what_the_program_does_after_the_moment_comes_after_it)
{
	join();
	say(PL_CHANNEL_LOCK_SIGNAL);
	phaselock_unlock_allocations();
	by_malloc(NULL);
	CHECK_EQUAL(judged, 0);
	phaselock_lock_allocations();
	say(PL_CHANNEL_UNLOCK_SIGNAL);
	by_malloc(NULL);
	CHECK_EQUAL(judged, 0);
	say(PL_CHANNEL_UNLOCK_SIGNAL);
	phaselock_lock_allocations();
	by_malloc(NULL);
	CHECK_EQUAL(judged, 1);
}

CHILD_TEST(an_unlock_of_a_sealed_heap_is_a_violation_and_it_stays_sealed)
{
	join();
	phaselock_seal_allocations();
	say(PL_CHANNEL_UNLOCK_SIGNAL);
	CHECK(phaselock_get_phase() == PHASELOCK_SEALED);
	CHECK_EQUAL(judged, 1);
	CHECK_EQUAL(cause_judged, PHASELOCK_CAUSE_SEAL);
}

CHILD_TEST(a_lock_that_was_taken_back_unseen_has_held)
{
	join();
	say(PL_CHANNEL_LOCK_SIGNAL);
	say(PL_CHANNEL_UNLOCK_SIGNAL);
	pl_moment_end();
	CHECK_EQUAL(page->locks, 1);
	CHECK_EQUAL(page->handlers_gone, 0);
	pl_channel_end();
	CHECK_EQUAL(page->processes_unchecked, 0);
	CHECK(phaselock_get_phase() == PHASELOCK_INIT);
}

CHILD_TEST(a_process_that_ended_before_the_moment_is_named)
{
	join();
	pl_moment_end();
	pl_channel_end();
	CHECK_EQUAL(page->processes_unchecked, 1);
	CHECK_EQUAL(page->unchecked[0].id, getpid());
	CHECK(strcmp(page->unchecked[0].name, "test_moment") == 0);
}

CHILD_TEST(who_left_the_run_keeps_its_phase)
{
	join();
	pl_moment_leave();
	say(PL_CHANNEL_LOCK_AFTER);
	CHECK(pl_phase_load() == PL_PHASE_INIT);
	by_malloc(NULL);
	CHECK_EQUAL(judged, 0);
}

/* ---- when it was ----------------------------------------------------------------------------- */

static void check_time(int64_t distance, bool is_believed)
{
	uint64_t said = pl_os_monotonic_ns() + (uint64_t)distance;
	struct pl_history history;

	phaselock_unlock_allocations();
	pl_channel_say_moment(page, said, PL_CHANNEL_LOCK_AFTER);
	CHECK(phaselock_get_phase() == PHASELOCK_LOCKED);
	CHECK(pl_history_last(&history));
	CHECK_EQUAL(history.thread_id, 0);
	CHECK(strcmp(history.option, "lock_after") == 0);
	CHECK((history.time_ns == said) == is_believed);
	CHECK(history.time_ns <= pl_os_monotonic_ns());
}

CHILD_TEST(a_lock_is_of_the_moment_unless_the_clock_is_another_one)
{
	const int64_t hour_ns = INT64_C(3600000000000);

	join();
	check_time(0, true);
	check_time(-1, true);
	check_time(hour_ns, false);
	check_time(-hour_ns, false);
}

/* ---- at once --------------------------------------------------------------------------------- */

#define THREADS 4
#define ROUNDS 300

static pthread_barrier_t together;
static _Atomic unsigned missed;

static void *ask_at_once(void *unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		pthread_barrier_wait(&together);
		pthread_barrier_wait(&together);
		/* The moment has passed before any of them asks. */
		missed += phaselock_get_phase() != (i % 2 == 0 ? PHASELOCK_LOCKED : PHASELOCK_INIT);
	}
	return NULL;
}

CHILD_TEST(threads_that_come_by_at_once_all_see_it_and_one_does_it)
{
	pthread_t threads[THREADS];

	join();
	pthread_barrier_init(&together, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++)
		threads[i] = thread_start(ask_at_once, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		pthread_barrier_wait(&together);
		say(i % 2 == 0 ? PL_CHANNEL_LOCK_AFTER : PL_CHANNEL_UNLOCK_SIGNAL);
		pthread_barrier_wait(&together);
	}
	for (int i = 0; i < THREADS; i++)
		thread_end(threads[i]);
	CHECK_EQUAL(missed, 0);
	CHECK(page->locks == ROUNDS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_request_after_the_moment_is_judged_by_it),
		cmocka_unit_test(so_is_the_first_request_of_a_thread),
		cmocka_unit_test(what_the_program_does_after_the_moment_comes_after_it),
		cmocka_unit_test(an_unlock_of_a_sealed_heap_is_a_violation_and_it_stays_sealed),
		cmocka_unit_test(a_lock_that_was_taken_back_unseen_has_held),
		cmocka_unit_test(a_process_that_ended_before_the_moment_is_named),
		cmocka_unit_test(who_left_the_run_keeps_its_phase),
		cmocka_unit_test(a_lock_is_of_the_moment_unless_the_clock_is_another_one),
		cmocka_unit_test(threads_that_come_by_at_once_all_see_it_and_one_does_it),
	};

	return cmocka_run_group_tests_name("moment", tests, NULL, NULL);
}
