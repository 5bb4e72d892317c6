/* SPDX-License-Identifier: MIT */
/*
 * A fork at each instruction of what another thread does under the library's locks: registering
 * with a new record and with a reused one, departing, locking, unlocking, resetting. The child has
 * whole records, exact counts and open locks, and can do all of that itself. lib/life/init.c, which
 * registers the handler of fork(), is not part of this program: the child calls what the handler
 * would.
 *
 * shows: PL-050 PL-560
 */
#define _GNU_SOURCE
#include "thread/thread.h"

#include "thread/ending.h"
#include "thread/locks.h"
#include "thread/owner.h"
#include "thread/phase.h"
#include "request/request.h"

#include "child.h"
#include "fake_backend.h"
#include "renamed.h"
#include "stepping.h"
#include "stepping_double.h"
#include "threads.h"
#include "violation_double.h"

#include <semaphore.h>
#include <stdatomic.h>

#include <phaselock/phaselock.h>

/* ---- doubles --------------------------------------------------------------------------------- */

void pl_os_lock(struct pl_os_lock *lock, struct pl_os_signals *before)
{
	uint32_t open = 0;

	before->mask = 0;
	while (!atomic_compare_exchange_strong(&lock->word, &open, 1)) {
		open = 0;
		sched_yield();
	}
}

void pl_os_unlock(struct pl_os_lock *lock, const struct pl_os_signals *before)
{
	(void)before;
	atomic_store(&lock->word, 0);
}

/* The real one walks the stack, which is another test's. */
bool pl_ending(void)
{
	return false;
}

enum phaselock_verdict pl_violation(const struct pl_request *request, enum phaselock_cause cause,
				    struct pl_thread *thread)
{
	(void)request;
	(void)cause;
	(void)thread;
	return PHASELOCK_DENY;
}

/* ---- the steps ------------------------------------------------------------------------------- */

extern char __executable_start[], etext[];

static sem_t stepped, go_on;
static _Atomic unsigned forks;

/* Returns whether it is a new place: a loop is not worth a fork at each round. */
static bool is_new(uintptr_t instruction)
{
	static unsigned char seen[1 << 22];
	size_t at = instruction - (uintptr_t)__executable_start;

	if (at >= sizeof(seen) || instruction >= (uintptr_t)etext || seen[at] != 0)
		return false;
	seen[at] = 1;
	return true;
}

static void step(uintptr_t instruction)
{
	if (!is_new(instruction))
		return;
	sem_post(&stepped);
	while (sem_wait(&go_on) != 0)
		;
}

/* The counts of all threads that the child must have. */
static uint64_t allocations;

static void take_and_give(void)
{
	pl_test_free(pl_test_malloc(10));
	CHECK_EQUAL(pl_thread_self()->scopes & ~(uint64_t)1, 0);
}

/* In the child, which must end by itself. */
static void be_the_child(void)
{
	struct phaselock_stats stats;

	alarm(10);
	pl_thread_fork_child();
	stats = get_stats();
	CHECK_EQUAL(stats.threads, 1);
	CHECK(stats.allocations == allocations || stats.allocations + 5 == allocations);
	CHECK_EQUAL(stats.deallocations, stats.allocations);
	CHECK_EQUAL(stats.live_bytes, 0);
	unlock_allocations();
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_INIT);
	thread_run(take_and_give);
	thread_run(take_and_give);
	CHECK_EQUAL(get_stats().allocations, stats.allocations + 2);
	CHECK_EQUAL(get_stats().live_bytes, 0);
	lock_allocations();
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_LOCKED);
	reset_stats();
	CHECK_EQUAL(get_stats().allocations, 0);
	_exit(0);
}

static void fork_once(void)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		be_the_child();
	CHECK(child > 0 && waitpid(child, &status, 0) == child);
	CHECK_EQUAL(status, 0);
	forks++;
}

static _Atomic bool is_over;

static void *run_in_steps(void *work)
{
	void (*function)(void);

	memcpy(&function, &work, sizeof(function));
	function();
	return NULL;
}

static void end_steps(void)
{
	stepping_end();
	is_over = true;
	sem_post(&stepped);
}

/* Runs work on a thread of its own, and forks before each of its instructions. */
static void fork_at_each_instruction(void (*work)(void))
{
	void *argument;
	pthread_t thread;

	memcpy(&argument, &work, sizeof(argument));
	is_over = false;
	sem_init(&stepped, 0, 0);
	sem_init(&go_on, 0, 0);
	CHECK(stepping_prepare(step));
	thread = thread_start(run_in_steps, argument);
	for (;;) {
		while (sem_wait(&stepped) != 0)
			;
		if (is_over)
			break;
		fork_once();
		sem_post(&go_on);
	}
	thread_end(thread);
}

/* ---- what is done in steps ------------------------------------------------------------------- */

static void register_and_count(void)
{
	stepping_begin();
	pl_thread_self();
	end_steps();
	for (int i = 0; i < 5; i++)
		pl_test_free(pl_test_malloc(100));
}

static void lock_and_unlock(void)
{
	stepping_begin();
	lock_allocations();
	unlock_allocations();
	end_steps();
}

/* Its destructor comes after that of the registry. */
static pthread_key_t last;

static void end_after_departure(void *unused)
{
	(void)unused;
	end_steps();
}

static void work_and_depart(void)
{
	for (int i = 0; i < 5; i++)
		pl_test_free(pl_test_malloc(100));
	pthread_setspecific(last, &last);
	stepping_begin();
}

static void run_all(void)
{
	unsigned before;

	if (THREAD_SANITIZED) /* it delays signals */
		return;
	pl_test_free(pl_test_malloc(1)); /* the first thread's record, and the registry's key */
	CHECK_EQUAL(pthread_key_create(&last, end_after_departure), 0);
	allocations = 1;
	fork_at_each_instruction(register_and_count); /* a new record */
	allocations += 5;
	CHECK(forks > 100);
	before = forks;
	fork_at_each_instruction(register_and_count); /* one that was left */
	allocations += 5;
	CHECK(forks - before > 20); /* what the first one did not pass */
	before = forks;
	fork_at_each_instruction(lock_and_unlock);
	CHECK(forks - before > 50);
	before = forks;
	allocations += 5;
	fork_at_each_instruction(work_and_depart);
	CHECK(forks - before > 50);
	CHECK_EQUAL(get_stats().allocations, allocations);
}

CHILD_TEST(fork_at_any_instruction_of_another_thread_leaves_a_child_that_is_whole)
{
	run_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			fork_at_any_instruction_of_another_thread_leaves_a_child_that_is_whole),
	};

	return cmocka_run_group_tests_name("fork", tests, NULL, NULL);
}
