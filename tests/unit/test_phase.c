/* SPDX-License-Identifier: MIT */
/*
 * The phase word: its transitions, and that requests which another thread begins after a lock has
 * returned find it locked.
 *
 * shows: PL-010, PL-012, PL-013, PL-021 (a lock from a signal handler)
 */
#define _GNU_SOURCE
#include "thread/phase.h"

#include "thread/thread.h"

#include "child.h"
#include "threads.h"

#include <phaselock/phaselock.h>

#include <signal.h>

#define ROUNDS 20000
#define READERS 2

/* As the hot path asks. */
static bool allocation_passes(void)
{
	return pl_hot_allocate(pl_phase_place(), 0);
}

static bool release_passes(void)
{
	return pl_hot_release(pl_phase_place(), &pl_phase);
}

/* Looked at before any code of this program runs that could have written it. */
static uintptr_t first_place;

static void look_early(void)
{
	first_place = pl_phase_place();
}

__attribute__((section(".preinit_array"), used)) static void (*const early)(void) = look_early;

TEST(first_value_of_the_word_is_the_phase_init)
{
	assert_int_equal(first_place, pl_hot_own_place());
	assert_int_equal(pl_phase_load(), PL_PHASE_INIT);
	assert_int_equal(phaselock_get_phase(), PHASELOCK_INIT);
}

CHILD_TEST(registered_threads_pass_in_init_alone_and_others_never)
{
	CHECK(!allocation_passes() && !release_passes());
	CHECK(pl_thread_self() != NULL);
	CHECK(allocation_passes() && release_passes());
	pl_phase_watch(PL_PHASE_WATCHED_PROCESS, true);
	CHECK(!allocation_passes() && !release_passes());
	pl_phase_lock();
	CHECK(!allocation_passes() && !release_passes());
	pl_phase_watch(PL_PHASE_WATCHED_PROCESS, false);
	CHECK(!allocation_passes() && !release_passes());
	CHECK(pl_phase_unlock());
	CHECK(allocation_passes() && release_passes());
	pl_phase_seal();
	CHECK(!allocation_passes() && !release_passes());
}

TEST(locking_twice_is_locking_once)
{
	pl_phase_lock();
	pl_phase_lock();
	assert_int_equal(phaselock_get_phase(), PHASELOCK_LOCKED);
	assert_true(pl_phase_unlock());
	assert_int_equal(phaselock_get_phase(), PHASELOCK_INIT);
}

TEST(unlocking_an_unlocked_heap_does_nothing)
{
	assert_true(pl_phase_unlock());
	assert_true(pl_phase_unlock());
	assert_int_equal(phaselock_get_phase(), PHASELOCK_INIT);
}

static void check_that_it_stays_sealed(void)
{
	pl_thread_self();
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_SEALED);
	CHECK(!allocation_passes());
	CHECK(!pl_phase_unlock());
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_SEALED);
	pl_phase_lock();
	pl_phase_seal();
	CHECK(!pl_phase_unlock());
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_SEALED);
	CHECK(!allocation_passes());
}

CHILD_TEST(sealing_from_init_is_for_ever)
{
	pl_phase_seal();
	check_that_it_stays_sealed();
}

CHILD_TEST(sealing_from_locked_is_for_ever)
{
	pl_phase_lock();
	pl_phase_seal();
	check_that_it_stays_sealed();
}

static void lock_on_signal(int number)
{
	(void)number;
	pl_phase_lock();
}

CHILD_TEST(signal_handler_can_lock)
{
	CHECK(signal(SIGUSR1, lock_on_signal) != SIG_ERR);
	errno = EDOM;
	raise(SIGUSR1);
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_LOCKED);
	CHECK_EQUAL(errno, EDOM);
}

/* ---- the promise of the lock ----------------------------------------------------------------- */

/*
 * Odd while the heap is certainly locked: the main thread adds one after each lock has returned,
 * and one before each unlock begins; relaxed, so that nothing but the lock itself orders the phase
 * word for the readers.
 */
static _Atomic uint64_t locked_round;
static _Atomic bool stop;

struct reader {
	uint64_t refused; /* as promised */
	uint64_t passed;  /* although a lock had returned: must not be */
};

static void *read_gate(void *argument)
{
	struct reader *reader = argument;

	pl_thread_self();
	while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
		uint64_t begin = atomic_load_explicit(&locked_round, memory_order_relaxed);
		bool passes = allocation_passes();
		uint64_t end = atomic_load_explicit(&locked_round, memory_order_relaxed);

		if (begin % 2 == 0 || begin != end)
			continue;
		reader->refused += !passes;
		reader->passed += passes;
	}
	return NULL;
}

CHILD_TEST(what_begins_after_a_lock_has_returned_is_judged_as_locked)
{
	static struct reader readers[READERS];
	pthread_t threads[READERS];
	uint64_t refused = 0;

	for (unsigned i = 0; i < READERS; i++)
		threads[i] = thread_start(read_gate, &readers[i]);
	for (unsigned round = 0; round < ROUNDS; round++) {
		pl_phase_lock();
		atomic_fetch_add_explicit(&locked_round, 1, memory_order_relaxed);
		if (round % 64 == 0)
			sched_yield(); /* on one core a reader must get its turn while locked */
		atomic_fetch_add_explicit(&locked_round, 1, memory_order_relaxed);
		CHECK(pl_phase_unlock());
	}
	atomic_store(&stop, true);
	for (unsigned i = 0; i < READERS; i++) {
		thread_end(threads[i]);
		CHECK_EQUAL(readers[i].passed, 0);
		refused += readers[i].refused;
	}
	CHECK(refused > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_value_of_the_word_is_the_phase_init),
		cmocka_unit_test(registered_threads_pass_in_init_alone_and_others_never),
		cmocka_unit_test(locking_twice_is_locking_once),
		cmocka_unit_test(unlocking_an_unlocked_heap_does_nothing),
		cmocka_unit_test(sealing_from_init_is_for_ever),
		cmocka_unit_test(sealing_from_locked_is_for_ever),
		cmocka_unit_test(signal_handler_can_lock),
		cmocka_unit_test(what_begins_after_a_lock_has_returned_is_judged_as_locked),
	};

	return cmocka_run_group_tests_name("phase", tests, NULL, NULL);
}
