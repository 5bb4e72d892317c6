/* SPDX-License-Identifier: MIT */
/*
 * The watches: who is told what, which answer counts, and the lists of a thread and of the process;
 * ending a watch removes from them only what it should. Violations are a double.
 *
 * shows: PL-314, PL-315, PL-316, PL-671 (watches)
 */
#define _GNU_SOURCE
#include "request/watch.h"

#include "child.h"
#include "fake_backend.h"
#include "thread/phase.h"
#include "request/heard.h"
#include "request/request.h"
#include "threads.h"
#include "violation_double.h"

#include <signal.h>
#include <string.h>

enum phaselock_verdict pl_violation(const struct pl_request *request, enum phaselock_cause cause,
				    struct pl_thread *thread)
{
	(void)request;
	(void)cause;
	(void)thread;
	return PHASELOCK_DENY;
}

struct heard {
	_Atomic unsigned events[3];
	_Atomic unsigned forbidden;
	enum phaselock_answer answer;
	void (*inside)(void);
};

static enum phaselock_answer hear(const struct phaselock_event *event, void *context)
{
	struct heard *heard = context;

	heard->events[event->kind]++;
	heard->forbidden += event->forbidden;
	if (heard->inside != NULL)
		heard->inside();
	return heard->answer;
}

static void *ask(void)
{
	return pl_request_malloc("malloc", 10);
}

static void ask_and_free(void)
{
	pl_request_free("free", ask());
}

#define WATCH(name)                                                                                \
	struct heard name = {.answer = PHASELOCK_GO_ON};                                           \
	struct phaselock_watch name##_watch = {.watcher = hear, .context = &name}

TEST(thread_watch_is_told_of_request_result_and_release)
{
	WATCH(one);

	assert_true(phaselock_watch_begin(&one_watch));
	ask_and_free();
	thread_run(ask_and_free); /* not told of other threads */
	assert_true(phaselock_watch_end(&one_watch));
	ask_and_free();
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(one.events[i], 1);
	assert_false(phaselock_watch_end(&one_watch));
}

static void hear_of_a_block(void)
{
	static char block;

	pl_heard_allocation(&block, 10, NULL);
	pl_heard_release(&block, NULL);
}

TEST(watch_is_told_of_what_another_allocator_served)
{
	WATCH(one);

	assert_true(phaselock_watch_begin(&one_watch));
	hear_of_a_block();
	assert_true(phaselock_watch_end(&one_watch));
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(one.events[i], 1);
}

TEST(end_of_outer_watch_ends_the_inner)
{
	WATCH(outer);
	WATCH(inner);

	phaselock_watch_begin(&outer_watch);
	phaselock_watch_begin(&inner_watch);
	assert_true(phaselock_watch_end(&outer_watch));
	ask_and_free();
	assert_int_equal(inner.events[0] + outer.events[0], 0);
	assert_false(phaselock_watch_end(&inner_watch));
}

TEST(permit_scope_is_not_told_and_the_begin_says_so)
{
	WATCH(one);

	phaselock_permit_begin();
	assert_false(phaselock_watch_begin(&one_watch));
	ask_and_free();
	phaselock_permit_end();
	assert_int_equal(one.events[0], 0);
	ask_and_free();
	assert_int_equal(one.events[0], 1);
	phaselock_watch_end(&one_watch);
}

TEST(first_answer_but_go_on_is_heeded)
{
	WATCH(outer);
	WATCH(inner);
	void *block;

	phaselock_watch_begin(&outer_watch);
	phaselock_watch_begin(&inner_watch);
	outer.answer = PHASELOCK_FAIL;
	errno = 0;
	assert_null(ask());
	assert_int_equal(errno, ENOMEM);
	inner.answer = PHASELOCK_SERVE;
	phaselock_forbid_begin();
	block = ask();
	phaselock_forbid_end();
	assert_non_null(block);
	assert_int_equal(inner.forbidden, 1);
	phaselock_watch_end(&outer_watch);
	pl_request_free("free", block);
}

static void change_errno_and_ask(void)
{
	errno = EDOM;
	ask_and_free();
}

TEST(watcher_neither_hears_itself_nor_changes_errno)
{
	WATCH(one);

	one.inside = change_errno_and_ask;
	phaselock_watch_begin(&one_watch);
	errno = EAGAIN;
	ask_and_free();
	assert_int_equal(errno, EAGAIN);
	phaselock_watch_end(&one_watch);
	assert_int_equal(one.events[0], 1);
}

static void on_signal(int number)
{
	(void)number;
	ask_and_free();
}

static void raise_one(void)
{
	static bool raised;

	if (!raised)
		raise(SIGUSR1);
	raised = true;
}

TEST(request_of_a_handler_that_comes_in_a_watcher_is_told_after_it)
{
	WATCH(one);

	if (THREAD_SANITIZED)
		skip(); /* it reports any malloc() of a handler, as the backend here makes one */
	signal(SIGUSR1, on_signal);
	one.inside = raise_one;
	phaselock_watch_begin(&one_watch);
	ask_and_free();
	phaselock_watch_end(&one_watch);
	assert_int_equal(one.events[0], 2);
}

TEST(process_watch_is_told_of_all_threads)
{
	WATCH(one);

	assert_true(phaselock_watch_process_begin(&one_watch));
	assert_true(pl_phase_load() == PL_PHASE_WATCHED);
	thread_run(ask_and_free);
	ask_and_free();
	assert_true(phaselock_watch_process_end(&one_watch));
	assert_int_equal(pl_phase_load(), PL_PHASE_INIT);
	ask_and_free();
	assert_int_equal(one.events[0], 2);
	assert_false(phaselock_watch_process_end(&one_watch));
}

TEST(end_of_a_process_watch_leaves_the_others)
{
	WATCH(first);
	WATCH(second);
	WATCH(third);

	phaselock_watch_process_begin(&first_watch);
	phaselock_watch_process_begin(&second_watch);
	phaselock_watch_process_begin(&third_watch);
	assert_true(phaselock_watch_process_end(&first_watch));
	ask_and_free();
	assert_true(phaselock_watch_process_end(&third_watch));
	ask_and_free();
	assert_true(phaselock_watch_process_end(&second_watch));
	assert_int_equal(first.events[0], 0);
	assert_int_equal(second.events[0], 2);
	assert_int_equal(third.events[0], 1);
}

TEST(lock_during_a_process_watch_goes_back_to_watched)
{
	WATCH(one);

	phaselock_watch_process_begin(&one_watch);
	phaselock_lock_allocations();
	assert_int_equal(phaselock_get_phase(), PHASELOCK_LOCKED);
	assert_null(ask());
	assert_int_equal(one.forbidden, 1);
	phaselock_unlock_allocations();
	assert_true(pl_phase_load() == PL_PHASE_WATCHED);
	assert_int_equal(phaselock_get_phase(), PHASELOCK_INIT);
	ask_and_free();
	assert_int_equal(one.events[0], 2);
	phaselock_lock_allocations();
	phaselock_watch_process_end(&one_watch); /* while locked */
	assert_int_equal(phaselock_get_phase(), PHASELOCK_LOCKED);
	phaselock_unlock_allocations();
	assert_int_equal(pl_phase_load(), PL_PHASE_INIT);
}

CHILD_TEST(sealed_heap_can_be_watched)
{
	static struct heard one = {.answer = PHASELOCK_SERVE};
	static struct phaselock_watch watch = {.watcher = hear, .context = &one};
	void *block;

	phaselock_seal_allocations_with(PHASELOCK_SEAL_PERMITS_HOLD);
	CHECK(phaselock_watch_process_begin(&watch));
	block = ask();
	CHECK(block != NULL);
	CHECK_EQUAL(one.forbidden, 1);
	CHECK(phaselock_watch_process_end(&watch));
	CHECK(ask() == NULL);
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_SEALED);
	pl_request_free("free", block);
}

static void check_that_none_serves(struct phaselock_watch *outer, struct phaselock_watch *inner,
				   bool (*begin)(struct phaselock_watch *),
				   bool (*end)(struct phaselock_watch *))
{
	struct heard *heard[] = {outer->context, inner->context};

	CHECK(begin(outer) && begin(inner));
	CHECK(ask() == NULL);
	CHECK(heard[0]->forbidden == 1 && heard[1]->forbidden == 1);
	CHECK(begin(inner)); /* it is open */
	CHECK(end(outer));
	CHECK(ask() == NULL);
	end(inner); /* of a thread it has ended with the outer one */
	CHECK(ask() == NULL);
	CHECK(heard[1]->forbidden <= 2);
}

CHILD_TEST(watch_begun_after_a_seal_without_permits_is_told_but_serves_nothing)
{
	static struct heard first = {.answer = PHASELOCK_SERVE}, heard[4];
	static struct phaselock_watch before = {.watcher = hear, .context = &first}, watches[4];

	EACH_ROW(i, watches) {
		heard[i].answer = PHASELOCK_SERVE;
		watches[i] = (struct phaselock_watch){.watcher = hear, .context = &heard[i]};
	}
	CHECK(phaselock_watch_begin(&before));
	phaselock_seal_allocations();
	phaselock_permit_begin(); /* grants nothing, so the requests in it are told */
	pl_request_free("free", ask());
	CHECK_EQUAL(first.forbidden, 1); /* and served: its watch began before the seal */
	CHECK(phaselock_watch_end(&before));
	check_that_none_serves(&watches[0], &watches[1], phaselock_watch_begin,
			       phaselock_watch_end);
	check_that_none_serves(&watches[2], &watches[3], phaselock_watch_process_begin,
			       phaselock_watch_process_end);
	CHECK(phaselock_watch_begin(&before)); /* a new begin is one after the seal */
	CHECK(ask() == NULL);
	phaselock_permit_end();
}

static _Atomic bool stop;

static void *ask_until_stopped(void *unused)
{
	while (!atomic_load_explicit(&stop, memory_order_relaxed))
		ask_and_free();
	return unused;
}

/* Reuses its memory at once: a thread still inside the watcher would write to it. */
TEST(nobody_is_in_a_process_watch_that_has_ended)
{
	pthread_t threads[2];

	for (unsigned i = 0; i < 2; i++)
		threads[i] = thread_start(ask_until_stopped, NULL);
	for (unsigned i = 0; i < 2000; i++) {
		WATCH(outer);
		WATCH(one);

		phaselock_watch_process_begin(&outer_watch);
		phaselock_watch_process_begin(&one_watch);
		phaselock_watch_process_end(&outer_watch);
		phaselock_watch_process_end(&one_watch);
		memset((void *)&one, 0x5a, sizeof(one));
		memset((void *)&one_watch, 0x5a, sizeof(one_watch));
		assert_int_equal(one.events[1], 0x5a5a5a5a);
	}
	atomic_store(&stop, true);
	for (unsigned i = 0; i < 2; i++)
		thread_end(threads[i]);
}

static _Atomic bool is_inside, has_left;

static void stay_for_long(void)
{
	atomic_store(&is_inside, true);
	pl_os_sleep_ms(100);
	atomic_store(&has_left, true);
}

TEST(end_of_a_process_watch_waits_for_a_watcher_that_takes_its_time)
{
	pthread_t thread;
	WATCH(slow);

	slow.inside = stay_for_long;
	atomic_store(&stop, false);
	phaselock_watch_process_begin(&slow_watch);
	thread = thread_start(ask_until_stopped, NULL);
	while (!atomic_load(&is_inside))
		;
	assert_true(phaselock_watch_process_end(&slow_watch));
	assert_true(has_left);
	atomic_store(&stop, true);
	thread_end(thread);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thread_watch_is_told_of_request_result_and_release),
		cmocka_unit_test(watch_is_told_of_what_another_allocator_served),
		cmocka_unit_test(end_of_outer_watch_ends_the_inner),
		cmocka_unit_test(permit_scope_is_not_told_and_the_begin_says_so),
		cmocka_unit_test(first_answer_but_go_on_is_heeded),
		cmocka_unit_test(watcher_neither_hears_itself_nor_changes_errno),
		cmocka_unit_test(request_of_a_handler_that_comes_in_a_watcher_is_told_after_it),
		cmocka_unit_test(process_watch_is_told_of_all_threads),
		cmocka_unit_test(end_of_a_process_watch_leaves_the_others),
		cmocka_unit_test(lock_during_a_process_watch_goes_back_to_watched),
		cmocka_unit_test(sealed_heap_can_be_watched),
		cmocka_unit_test(
			watch_begun_after_a_seal_without_permits_is_told_but_serves_nothing),
		cmocka_unit_test(nobody_is_in_a_process_watch_that_has_ended),
		cmocka_unit_test(end_of_a_process_watch_waits_for_a_watcher_that_takes_its_time),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
