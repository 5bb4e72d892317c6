/* SPDX-License-Identifier: MIT */
/*
 * The life of a thread's record, and the registry of records. Each test has a registry of its own,
 * in a child. test_request and the behaviour suite show that no request is lost between a thread's
 * first and last one.
 *
 * shows: PL-050 (the dead stay in the sum), PL-051, PL-055, PL-018 (counts after fork), PL-019
 */
#define _GNU_SOURCE
#include "thread/gate.h"
#include "thread/thread.h"

#include "child.h"
#include "failing_mmap.h"
#include "fake_backend.h"
#include "threads.h"

#include <semaphore.h>
#include <signal.h>

static struct pl_counts sum_of_all(uint64_t *living)
{
	struct pl_os_signals before;
	struct pl_counts sum;
	uint64_t count;

	pl_thread_lock(&before);
	count = pl_thread_sum(&sum);
	pl_thread_unlock(&before);
	if (living != NULL)
		*living = count;
	return sum;
}

static uint64_t living_threads(void)
{
	uint64_t living;

	sum_of_all(&living);
	return living;
}

/* ---- registration ---------------------------------------------------------------------------- */

CHILD_TEST(first_look_registers_the_thread_and_opens_its_gate)
{
	struct pl_thread *thread;

	CHECK(!pl_gate_is_open());
	CHECK_EQUAL(living_threads(), 0);
	thread = pl_thread_self();
	CHECK(thread != NULL && pl_gate_is_open());
	CHECK(pl_thread_self() == thread);
	CHECK_EQUAL(thread->id, gettid());
	CHECK_EQUAL(pl_gate_scope(thread), PL_SCOPE_NONE);
	CHECK_EQUAL(living_threads(), 1);
	CHECK_EQUAL((uintptr_t)thread % 128, 0);
}

static bool signals_come(void)
{
	sigset_t mask;

	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	return sigismember(&mask, SIGUSR1) == 0;
}

static bool came_in_between;

static void look_at_signals(void)
{
	came_in_between = signals_come();
}

CHILD_TEST(no_handler_comes_in_the_middle_of_a_registration)
{
	came_in_between = true;
	CHECK(signals_come());
	fake_backend_hook_thread_bytes(look_at_signals);
	CHECK(pl_thread_self() != NULL);
	CHECK(!came_in_between);
	CHECK(signals_come());
}

CHILD_TEST(bytes_taken_before_the_registration_are_not_counted)
{
	void *early = pl_backend_malloc(1000), *late;
	uint64_t before = fake_backend_allocated();
	struct pl_counts counts;

	CHECK(before >= 1000);
	pl_thread_self();
	late = pl_backend_malloc(50);
	counts = sum_of_all(NULL);
	CHECK_EQUAL(counts.bytes_allocated, fake_backend_allocated() - before);
	CHECK_EQUAL(counts.bytes_deallocated, 0);
	pl_backend_free(early);
	pl_backend_free(late);
	CHECK_EQUAL(sum_of_all(NULL).bytes_deallocated, fake_backend_deallocated());
}

static sem_t leave;

enum attempt { UNDER_WAY, REGISTERED, LEFT_OUT, WRONG };

static _Atomic int attempt;

static void *register_without_memory_and_stay(void *unused)
{
	int result = REGISTERED;

	mmap_fails = true;
	errno = EDOM;
	if (pl_thread_self() == NULL)
		result = errno == EDOM && !pl_gate_is_open() && pl_thread_self() == NULL ? LEFT_OUT
											 : WRONG;
	atomic_store(&attempt, result);
	while (sem_wait(&leave) != 0)
		;
	return unused;
}

static void leave_one_out(void)
{
	pthread_t threads[64];
	unsigned started = 0;

	sem_init(&leave, 0, 0);
	/* The first records need no mapping; leave out the thread that uses them up. */
	do {
		atomic_store(&attempt, UNDER_WAY);
		threads[started++] = thread_start(register_without_memory_and_stay, NULL);
		while (atomic_load(&attempt) == UNDER_WAY)
			sched_yield();
	} while (atomic_load(&attempt) == REGISTERED && started < COUNT_OF(threads));
	CHECK_EQUAL(atomic_load(&attempt), LEFT_OUT);
	CHECK(started > 1);
	CHECK_EQUAL(living_threads(), started - 1);
	for (unsigned i = 0; i < started; i++)
		sem_post(&leave);
	for (unsigned i = 0; i < started; i++)
		thread_end(threads[i]);
}

TEST(thread_without_memory_for_a_record_has_none_and_its_gate_stays_closed)
{
	child_passes(leave_one_out);
}

/* ---- the life of records --------------------------------------------------------------------- */

static struct pl_thread *record;      /* of the thread that ran last */
static struct pl_counts record_start; /* what it found there */

/* As the hot path does it. */
static bool count(unsigned allocations, unsigned deallocations)
{
	bool counted = true;

	for (unsigned i = 0; i < allocations; i++)
		counted &= pl_hot_allocate(pl_hot_own_place(), 200);
	for (unsigned i = 0; i < deallocations; i++)
		counted &= pl_hot_release(pl_hot_own_place(), &counted);
	return counted;
}

static void work_a_little(void)
{
	void *block;

	record = pl_thread_self();
	record_start = record->start;
	CHECK(count(5, 4));
	pl_counter_add(&record->reallocations, 3);
	pl_counter_increment(&record->locked_attempts);
	block = pl_backend_malloc(100);
	pl_backend_free(block);
	pl_gate_scope_begin(record, PL_SCOPE_FORBID, NULL); /* and forget the end */
}

CHILD_TEST(next_thread_takes_the_record_of_one_that_is_gone_and_its_counts_stay)
{
	struct pl_thread *first;
	struct pl_counts sum;
	uint64_t living;

	pl_thread_self();
	thread_run(work_a_little);
	first = record;
	sum = sum_of_all(&living);
	CHECK_EQUAL(living, 1);
	CHECK_EQUAL(sum.allocations, 5);
	CHECK(sum.bytes_allocated >= 100 && sum.bytes_allocated == sum.bytes_deallocated);

	thread_run(work_a_little);
	CHECK(record == first);
	CHECK_EQUAL(record_start.allocations, 5);
	CHECK_EQUAL(record_start.deallocations, 4);
	CHECK_EQUAL(record_start.reallocations, 3);
	CHECK_EQUAL(record_start.bytes_requested, 1000);
	CHECK_EQUAL(record_start.locked_attempts, 1);
	CHECK_EQUAL(record_start.bytes_allocated, sum.bytes_allocated);
	CHECK_EQUAL(record_start.bytes_deallocated, sum.bytes_deallocated);
	CHECK_EQUAL(sum_of_all(NULL).allocations, 10);
	CHECK_EQUAL(sum_of_all(NULL).bytes_allocated, 2 * sum.bytes_allocated);
	CHECK_EQUAL(living_threads(), 1);
}

static enum pl_scope scope_found;
static bool gate_found;

static void look_at_scope(void)
{
	record = pl_thread_self();
	scope_found = pl_gate_scope(record);
	gate_found = pl_gate_is_open();
}

CHILD_TEST(scopes_that_a_dead_thread_left_open_do_not_bind_its_heir)
{
	struct pl_thread *first;

	pl_thread_self();
	thread_run(work_a_little);
	first = record;
	thread_run(look_at_scope);
	CHECK(record == first);
	CHECK_EQUAL(scope_found, PL_SCOPE_NONE);
	CHECK(gate_found);
}

CHILD_TEST(a_thousand_threads_one_after_another_need_one_record)
{
	struct pl_thread *first = NULL;

	pl_thread_self();
	for (unsigned i = 0; i < 1000; i++) {
		thread_run(look_at_scope);
		if (first == NULL)
			first = record;
		CHECK(record == first);
	}
	CHECK_EQUAL(living_threads(), 1);
}

/* A living thread without its record, in the destructor of a later key. */
static struct {
	pthread_key_t key;
	sem_t departed;
	struct pl_thread *record;
	uint64_t id;
} lingerer;

static void linger(void *unused)
{
	void *block = pl_backend_malloc(77);

	(void)unused;
	pl_thread_keep_bytes(lingerer.record);
	pl_backend_free(block);
	pl_thread_keep_bytes(lingerer.record);
	sem_post(&lingerer.departed);
	while (sem_wait(&leave) != 0)
		;
}

static void *depart_and_linger(void *unused)
{
	lingerer.record = pl_thread_self();
	lingerer.id = lingerer.record->id;
	CHECK(count(1, 0));
	pthread_setspecific(lingerer.key, &lingerer);
	return unused;
}

CHILD_TEST(record_of_a_thread_that_still_lives_is_not_taken_over)
{
	pthread_t thread;
	struct pl_counts sum;

	pl_thread_self(); /* makes the registry's key: its destructor comes before that of ours */
	CHECK_EQUAL(pthread_key_create(&lingerer.key, linger), 0);
	sem_init(&leave, 0, 0);
	sem_init(&lingerer.departed, 0, 0);
	thread = thread_start(depart_and_linger, NULL);
	while (sem_wait(&lingerer.departed) != 0)
		;
	sum = sum_of_all(NULL);
	CHECK_EQUAL(living_threads(), 1);
	CHECK_EQUAL(sum.allocations, 1);
	CHECK(sum.bytes_allocated >= 77); /* taken after its record had departed */
	CHECK_EQUAL(sum.bytes_allocated, sum.bytes_deallocated);
	thread_run(look_at_scope);
	CHECK(record != lingerer.record);

	sem_post(&leave);
	thread_end(thread);
	thread_wait_until_gone(lingerer.id);
	thread_run(
		look_at_scope); /* one of two that are free: the newest first, so its own again */
	thread_run(work_a_little);
	CHECK_EQUAL(sum_of_all(NULL).allocations, 6);
	CHECK_EQUAL(living_threads(), 1);
}

/* ---- fork ------------------------------------------------------------------------------------ */

static _Atomic bool registered;

static void *work_and_stay(void *unused)
{
	pl_thread_self();
	CHECK(count(100, 40));
	atomic_store(&registered, true);
	while (sem_wait(&leave) != 0)
		;
	return unused;
}

static void check_the_child(struct pl_thread *self, const struct pl_counts *parent)
{
	struct pl_counts mine;
	uint64_t living;

	pl_thread_fork_child();
	mine = sum_of_all(&living);
	CHECK_EQUAL(living, 1);
	CHECK_EQUAL(memcmp(&mine, parent, sizeof(mine)), 0);
	CHECK(pl_thread_self() == self);
	CHECK_EQUAL(self->id, gettid());
	if (THREAD_SANITIZED) /* it has no threads in the child of a process that had some */
		return;
	thread_run(work_a_little); /* takes over the record of the thread that was not forked */
	CHECK_EQUAL(record_start.allocations, 100);
	CHECK_EQUAL(sum_of_all(NULL).allocations, parent->allocations + 5);
}

CHILD_TEST(child_after_fork_has_the_counts_of_all_threads_and_one_living_thread)
{
	struct pl_thread *self = pl_thread_self();
	struct pl_counts before;
	pthread_t thread;
	pid_t child;
	int status;

	sem_init(&leave, 0, 0);
	CHECK(count(7, 3));
	thread = thread_start(work_and_stay, NULL);
	while (!atomic_load(&registered))
		sched_yield();
	before = sum_of_all(NULL);
	CHECK_EQUAL(before.allocations, 107);
	child = fork();
	if (child == 0) {
		check_the_child(self, &before);
		_exit(0);
	}
	CHECK(child > 0 && waitpid(child, &status, 0) == child);
	CHECK_EQUAL(status, 0);
	CHECK_EQUAL(living_threads(), 2);
	sem_post(&leave);
	thread_end(thread);
	CHECK_EQUAL(sum_of_all(NULL).allocations, 107);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_look_registers_the_thread_and_opens_its_gate),
		cmocka_unit_test(no_handler_comes_in_the_middle_of_a_registration),
		cmocka_unit_test(bytes_taken_before_the_registration_are_not_counted),
		cmocka_unit_test(
			thread_without_memory_for_a_record_has_none_and_its_gate_stays_closed),
		cmocka_unit_test(
			next_thread_takes_the_record_of_one_that_is_gone_and_its_counts_stay),
		cmocka_unit_test(scopes_that_a_dead_thread_left_open_do_not_bind_its_heir),
		cmocka_unit_test(a_thousand_threads_one_after_another_need_one_record),
		cmocka_unit_test(record_of_a_thread_that_still_lives_is_not_taken_over),
		cmocka_unit_test(
			child_after_fork_has_the_counts_of_all_threads_and_one_living_thread),
	};

	return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
