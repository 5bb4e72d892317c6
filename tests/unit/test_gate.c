/* SPDX-License-Identifier: MIT */
/*
 * A thread's count moves from the words of the hot path to the record and back, as the gate closes
 * and opens. Nothing of it is ever lost: not to a signal handler at any instruction, and not to a
 * reader on another thread, who never sees less than before.
 *
 * shows: PL-050, PL-122, PL-500, PL-501
 */
#define _GNU_SOURCE
#include "thread/gate.h"
#include "thread/owner.h"

#include "request/heard.h"
#include "request/request.h"
#include "thread/thread.h"

#include "child.h"
#include "fake_backend.h"
#include "renamed.h"
#include "stepping.h"
#include "threads.h"
#include "violation_double.h"

#include <limits.h>

#define ROUNDS 30000
#define ALONE_MAX 500 /* instructions that get a run of their own: all, or with -O0 some */

/* What is asked for in a forbid scope is refused. */
enum phaselock_verdict pl_violation(const struct pl_request *request, enum phaselock_cause cause,
				    struct pl_thread *thread)
{
	(void)request;
	(void)cause;
	pl_counter_increment(&thread->locked_attempts);
	return PHASELOCK_DENY;
}

static struct pl_counts counts_now(void)
{
	struct pl_counts counts;

	pl_owner_counts(pl_thread_self(), &counts);
	return counts;
}

static void forbid_begin(void)
{
	pl_gate_scope_begin(pl_thread_self(), PL_SCOPE_FORBID, NULL);
}

static void forbid_end(void)
{
	pl_gate_scope_end(pl_thread_self(), PL_SCOPE_FORBID);
}

CHILD_TEST(refused_requests_are_in_no_count_whatever_they_find_closed)
{
	struct pl_counts before, after;

	pl_test_free(pl_test_malloc(1));
	before = counts_now();
	for (unsigned i = 0; i < 100; i++) {
		forbid_begin();
		CHECK(pl_test_malloc(10) == NULL);
		forbid_end();
		pl_phase_lock();
		CHECK(pl_test_malloc(10) == NULL);
		pl_phase_unlock();
	}
	after = counts_now();
	CHECK_EQUAL(after.allocations, before.allocations);
	CHECK_EQUAL(after.bytes_requested, before.bytes_requested);
	CHECK_EQUAL(after.locked_attempts, before.locked_attempts + 200);
}

CHILD_TEST(count_is_the_same_before_and_after_the_gate_closes_and_opens)
{
	struct pl_counts before, after;

	for (unsigned i = 0; i < 7; i++)
		pl_test_free(pl_test_malloc(i));
	before = counts_now();
	CHECK_EQUAL(before.allocations, 7);
	CHECK_EQUAL(before.deallocations, 7);
	CHECK_EQUAL(before.bytes_requested, 21);
	forbid_begin();
	after = counts_now();
	CHECK_EQUAL(memcmp(&before, &after, sizeof(before)), 0);
	pl_gate_set(pl_thread_self()); /* closed twice is closed once */
	forbid_end();
	pl_gate_set(pl_thread_self());
	after = counts_now();
	CHECK_EQUAL(memcmp(&before, &after, sizeof(before)), 0);
}

/* ---- pages that frees hold ------------------------------------------------------------------- */

static void hold_and_let_go(bool by_free)
{
	void *first = pl_test_malloc(1), *second = pl_test_malloc(1);
	uint64_t let_go;

	pl_phase_lock();
	pl_test_free(first);
	pl_phase_unlock();
	CHECK(!pl_gate_is_open());
	let_go = fake_backend_calls(FAKE_LET_GO);
	pl_test_free(NULL);
	CHECK_EQUAL(fake_backend_calls(FAKE_LET_GO), let_go);
	if (!by_free)
		pl_test_free(pl_test_malloc(1));
	pl_test_free(second);
	CHECK_EQUAL(fake_backend_calls(FAKE_LET_GO), let_go + 1);
	CHECK(pl_gate_is_open());
	pl_test_free(pl_test_malloc(1));
	CHECK_EQUAL(fake_backend_calls(FAKE_LET_GO), let_go + 1);
}

CHILD_TEST(thread_that_freed_while_locked_lets_pages_go_by_its_next_request)
{
	hold_and_let_go(false);
	hold_and_let_go(true);
}

/* ---- signal handlers ------------------------------------------------------------------------- */

static volatile sig_atomic_t steps, asked;
static enum { PLAIN = 1, PERMIT = 2, FORBID = 4, UNLOCK = 8 } handler_does;
static sig_atomic_t only_step; /* the one at which the handler acts; -1: all */

/*
 * A request and its release, as the hot path and what lies behind it count them. Without an
 * allocator: libc's does not bear a handler in between.
 */
static void ask_and_give_back(size_t size)
{
	static char block;

	if (!pl_hot_allocate(pl_phase_place(), size))
		pl_heard_allocation(&block, size, NULL);
	if (!pl_hot_release(pl_phase_place(), &block))
		pl_heard_release(&block, NULL);
}

/* Before each instruction: requests and scopes. All but UNLOCK leave the gate as it was found. */
static void step(uintptr_t instruction)
{
	(void)instruction;
	steps = steps + 1;
	if (only_step >= 0 && steps != only_step)
		return;
	if ((handler_does & PLAIN) != 0) {
		asked = asked + 1;
		ask_and_give_back(3);
	}
	if ((handler_does & PERMIT) != 0) {
		asked = asked + 1;
		pl_gate_scope_begin(pl_thread_self(), PL_SCOPE_PERMIT, NULL);
		ask_and_give_back(3);
		pl_gate_scope_end(pl_thread_self(), PL_SCOPE_PERMIT);
	}
	if ((handler_does & UNLOCK) != 0) {
		asked = asked + 1;
		pl_phase_unlock();
		ask_and_give_back(3);
		pl_phase_lock();
	}
	if ((handler_does & FORBID) != 0) {
		asked = asked + 1;
		forbid_begin();
		pl_test_malloc(1000); /* refused */
		ask_and_give_back(3);
		forbid_end();
	}
}

/* The gate closes and opens; both ways of counting in between. */
static void exercise(void)
{
	ask_and_give_back(5);
	forbid_begin();
	ask_and_give_back(5);
	pl_test_malloc(1000); /* refused */
	ask_and_give_back(5);
	forbid_end();
}

/* The same, with the handler while the gate closes and opens alone. */
static void exercise_gate(void)
{
	ask_and_give_back(5);
	stepping_begin();
	forbid_begin();
	stepping_end();
	ask_and_give_back(5);
	pl_test_malloc(1000); /* refused */
	ask_and_give_back(5);
	stepping_begin();
	forbid_end();
	stepping_end();
}

/* Frees have closed the gate, and the handler's request opens it. */
static void exercise_holding(void)
{
	pl_phase_lock();
	pl_gate_scope_begin(pl_thread_self(), PL_SCOPE_PERMIT, NULL);
	ask_and_give_back(5);
	stepping_begin();
	ask_and_give_back(5);
	stepping_end();
	pl_gate_scope_end(pl_thread_self(), PL_SCOPE_PERMIT);
	pl_phase_unlock();
	ask_and_give_back(5);
}

static void exercise_all(void)
{
	stepping_begin();
	exercise();
	stepping_end();
}

static void exercise_with_handler(void (*function)(void))
{
	struct pl_counts before = counts_now(), after;

	steps = 0;
	asked = 0;
	function();
	after = counts_now();
	CHECK(steps > 100);
	CHECK(pl_gate_is_open());
	CHECK_EQUAL(after.allocations - before.allocations, 3 + (uint64_t)asked);
	CHECK_EQUAL(after.deallocations - before.deallocations, 3 + (uint64_t)asked);
	CHECK_EQUAL(after.bytes_requested - before.bytes_requested, 15 + 3 * (uint64_t)asked);
}

/*
 * At every instruction, and at each alone: one that comes at all finds done what the one before
 * did. A plain request at every one would have the gate look at its word for ever.
 */
static void count_with_a_handler_at_each_instruction(void)
{
	static const unsigned kinds[] = {PERMIT, FORBID, PLAIN};

	pl_test_free(pl_test_malloc(1));
	CHECK(stepping_prepare(step));
	EACH_ROW(i, kinds) {
		sig_atomic_t last;

		handler_does = kinds[i];
		only_step = -1;
		if (kinds[i] != PLAIN)
			exercise_with_handler(exercise_all);
		only_step = INT_MAX;
		exercise_with_handler(exercise_gate);
		last = steps;
		for (only_step = 1; only_step <= last; only_step += 1 + last / ALONE_MAX)
			exercise_with_handler(exercise_gate);
	}
}

static void count_with_a_handler_that_opens_the_gate(void)
{
	sig_atomic_t last;

	pl_test_free(pl_test_malloc(1));
	CHECK(stepping_prepare(step));
	handler_does = UNLOCK;
	only_step = INT_MAX;
	exercise_with_handler(exercise_holding);
	last = steps;
	for (only_step = 1; only_step <= last; only_step += 1 + last / ALONE_MAX)
		exercise_with_handler(exercise_holding);
}

TEST(handler_that_opens_the_gate_loses_no_count_of_what_it_interrupts)
{
	if (THREAD_SANITIZED)
		skip();
	child_passes(count_with_a_handler_that_opens_the_gate);
}

TEST(handler_at_any_instruction_loses_no_count_while_the_gate_opens_and_closes)
{
	if (THREAD_SANITIZED) /* it delays signals */
		skip();
	child_passes(count_with_a_handler_at_each_instruction);
}

/* ---- readers on other threads ---------------------------------------------------------------- */

static _Atomic bool stop;

static struct pl_counts sum_now(void)
{
	struct pl_os_signals before;
	struct pl_counts sum;

	pl_thread_lock(&before);
	pl_thread_sum(&sum);
	pl_thread_unlock(&before);
	return sum;
}

/* Returns how often a sum was less than an earlier one, or more than was ever made. */
static void *read_sums(void *unused)
{
	struct pl_counts before = sum_now();
	uintptr_t wrong = 0;

	(void)unused;
	while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
		struct pl_counts now = sum_now();

		wrong += now.allocations < before.allocations;
		wrong += now.deallocations < before.deallocations;
		wrong += now.bytes_requested < before.bytes_requested;
		wrong += now.allocations > (uint64_t)2 * ROUNDS;
		before = now;
	}
	return (void *)wrong;
}

CHILD_TEST(sums_of_other_threads_never_decrease_and_have_no_request_that_is_refused)
{
	pthread_t reader = thread_start(read_sums, NULL);

	for (unsigned i = 0; i < ROUNDS; i++) {
		pl_test_free(pl_test_malloc(1));
		forbid_begin();
		for (unsigned n = 0; n < 4; n++)
			pl_test_malloc(1); /* refused */
		pl_gate_scope_begin(pl_thread_self(), PL_SCOPE_PERMIT, NULL);
		pl_test_free(pl_test_calloc(1, 1));
		pl_gate_scope_end(pl_thread_self(), PL_SCOPE_PERMIT);
		forbid_end();
	}
	atomic_store(&stop, true);
	CHECK(thread_end(reader) == NULL);
	CHECK_EQUAL(sum_now().allocations, 2 * ROUNDS);
	CHECK_EQUAL(sum_now().deallocations, 2 * ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_requests_are_in_no_count_whatever_they_find_closed),
		cmocka_unit_test(count_is_the_same_before_and_after_the_gate_closes_and_opens),
		cmocka_unit_test(thread_that_freed_while_locked_lets_pages_go_by_its_next_request),
		cmocka_unit_test(
			handler_at_any_instruction_loses_no_count_while_the_gate_opens_and_closes),
		cmocka_unit_test(handler_that_opens_the_gate_loses_no_count_of_what_it_interrupts),
		cmocka_unit_test(
			sums_of_other_threads_never_decrease_and_have_no_request_that_is_refused),
	};

	return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
