/* SPDX-License-Identifier: MIT */
/*
 * The way of a request: each decision (scope, phase, verdict), its counts and its errno, and a
 * failure of the backend at every place. pl_violation() is a double that notes its call and returns
 * a chosen verdict.
 *
 * shows: PL-004, PL-005, PL-010, PL-011, PL-014, PL-017, PL-031, PL-032, PL-050, PL-054
 * shows: PL-007 PL-790 PL-791
 */
#define _GNU_SOURCE
#include "request/heard.h"
#include "request/request.h"

#include "thread/gate.h"
#include "thread/owner.h"
#include "thread/thread.h"
#include "reaction/hot_functions.h"

#include "child.h"
#include "fake_backend.h"
#include "threads.h"
#include "violation_double.h"

#define OTHER_ERROR EDOM

static struct {
	unsigned calls;
	struct pl_request request;
	enum phaselock_cause cause;
	uint64_t backend_calls; /* when it was judged */
	enum phaselock_verdict verdict;
} judged;

enum phaselock_verdict pl_violation(const struct pl_request *request, enum phaselock_cause cause,
				    struct pl_thread *thread)
{
	pl_counter_increment(&thread->locked_attempts);
	judged.calls++;
	judged.request = *request;
	judged.cause = cause;
	judged.backend_calls = fake_backend_memory_calls();
	return judged.verdict;
}

/* ---- the requests ---------------------------------------------------------------------------- */

static const char a_caller[1];

static void *by_jump(void *block)
{
	(void)block;
	return pl_request_malloc("jump", 100);
}

static void *by_allocate(void *block)
{
	(void)block;
	return pl_request_allocate("allocate", 100, a_caller);
}

static void *by_zeroed(void *block)
{
	(void)block;
	return pl_request_zeroed("zeroed", 100, a_caller);
}

static void *by_aligned(void *block)
{
	(void)block;
	return pl_request_aligned("aligned", PL_MEMALIGN, 64, 100, a_caller);
}

static void *by_realloc(void *block)
{
	return pl_request_realloc("realloc", block, 100, a_caller);
}

static const struct form {
	const char *name;
	void *(*call)(void *block);
	bool changes_block;
	size_t alignment;
	enum fake_function backend;
} forms[] = {
	{"jump", by_jump, false, 0, FAKE_MALLOC},
	{"allocate", by_allocate, false, 0, FAKE_MALLOC},
	{"zeroed", by_zeroed, false, 0, FAKE_CALLOC},
	{"aligned", by_aligned, false, 64, FAKE_ALIGNED},
	{"realloc", by_realloc, true, 0, FAKE_REALLOC},
};

/* Whether there are functions that must not allocate, and the request is under one. */
enum hot { NO_HOT = 0, BESIDE_HOT, UNDER_HOT };

static enum hot hot;

bool pl_hot_functions_find(const void *caller, struct pl_hot_function *found)
{
	assert_non_null(caller);
	found->name = "parse_header";
	found->pattern = "parse_*";
	return hot == UNDER_HOT;
}

/* The scopes and the phase around a request, and the expected outcome. */
enum fate { GRANTED, PERMITTED, VIOLATES };

static const struct situation {
	const char *scopes; /* outermost first: f, p */
	bool locked;
	enum fate fate;
	enum phaselock_cause cause;
	enum hot hot;
} situations[] = {
	{"", false, GRANTED, 0, NO_HOT},
	{"p", false, GRANTED, 0, NO_HOT},
	{"f", false, VIOLATES, PHASELOCK_CAUSE_FORBID, NO_HOT},
	{"fp", false, GRANTED, 0, NO_HOT},
	{"pf", false, VIOLATES, PHASELOCK_CAUSE_FORBID, NO_HOT},
	{"fpf", false, VIOLATES, PHASELOCK_CAUSE_FORBID, NO_HOT},
	{"", true, VIOLATES, PHASELOCK_CAUSE_PHASE, NO_HOT},
	{"p", true, PERMITTED, 0, NO_HOT},
	{"f", true, VIOLATES, PHASELOCK_CAUSE_FORBID, NO_HOT},
	{"fp", true, PERMITTED, 0, NO_HOT},
	{"pf", true, VIOLATES, PHASELOCK_CAUSE_FORBID, NO_HOT},
	{"fpf", true, VIOLATES, PHASELOCK_CAUSE_FORBID, NO_HOT},
	{"pfp", true, PERMITTED, 0, NO_HOT},
	{"", false, GRANTED, 0, BESIDE_HOT},
	{"", false, VIOLATES, PHASELOCK_CAUSE_HOT, UNDER_HOT},
	{"p", false, GRANTED, 0, UNDER_HOT},
	{"f", false, VIOLATES, PHASELOCK_CAUSE_FORBID, UNDER_HOT},
	{"fp", false, GRANTED, 0, UNDER_HOT},
	{"pf", false, VIOLATES, PHASELOCK_CAUSE_FORBID, UNDER_HOT},
	{"", true, VIOLATES, PHASELOCK_CAUSE_PHASE, BESIDE_HOT},
	{"", true, VIOLATES, PHASELOCK_CAUSE_HOT, UNDER_HOT},
	{"p", true, PERMITTED, 0, UNDER_HOT},
	{"f", true, VIOLATES, PHASELOCK_CAUSE_FORBID, UNDER_HOT},
};

static void enter(const struct situation *situation)
{
	for (const char *scope = situation->scopes; *scope != '\0'; scope++)
		assert_true(pl_gate_scope_begin(
			pl_thread_self(), *scope == 'f' ? PL_SCOPE_FORBID : PL_SCOPE_PERMIT, NULL));
	hot = situation->hot;
	strcpy(pl_settings.options.hot, hot != NO_HOT ? "parse_*" : "");
	pl_phase_watch(PL_PHASE_WATCHED_HOT, hot != NO_HOT);
	if (situation->locked)
		pl_phase_lock();
	memset(&judged, 0, sizeof(judged));
}

static void leave(const struct situation *situation)
{
	pl_phase_unlock();
	strcpy(pl_settings.options.hot, "");
	pl_phase_watch(PL_PHASE_WATCHED_HOT, false);
	for (size_t i = strlen(situation->scopes); i > 0; i--)
		assert_true(pl_gate_scope_end(pl_thread_self(), situation->scopes[i - 1] == 'f'
									? PL_SCOPE_FORBID
									: PL_SCOPE_PERMIT));
}

static struct pl_counts counts_now(void)
{
	struct pl_counts counts;

	pl_owner_counts(pl_thread_self(), &counts);
	return counts;
}

static void assert_judged(const struct form *form, const struct situation *situation,
			  const void *block, uint64_t backend_calls)
{
	if (situation->fate != VIOLATES) {
		assert_int_equal(judged.calls, 0);
		return;
	}
	assert_int_equal(judged.calls, 1);
	assert_string_equal(judged.request.function, form->name);
	assert_int_equal(judged.request.size, 100);
	assert_int_equal(judged.request.alignment, form->alignment);
	assert_ptr_equal(judged.request.old, form->changes_block ? block : NULL);
	assert_int_equal(judged.cause, situation->cause);
	assert_int_equal(judged.request.hot != NULL, situation->cause == PHASELOCK_CAUSE_HOT);
	assert_int_equal(judged.backend_calls, backend_calls); /* before anything changed */
	if (form->call != by_jump)
		assert_ptr_equal(judged.request.caller, a_caller);
	else
		assert_non_null(judged.request.caller);
}

/* One request in one situation with one verdict, whatever it is. */
static void decide(const struct form *form, const struct situation *situation,
		   enum phaselock_verdict verdict)
{
	const bool served = situation->fate != VIOLATES || verdict == PHASELOCK_ALLOW;
	void *block = pl_backend_malloc(10), *result;
	uint64_t backend_calls = fake_backend_memory_calls(), wanted_calls = backend_calls + served;
	struct pl_counts before, after;

	memcpy(block, "untouched", 10);
	enter(situation);
	judged.verdict = verdict;
	before = counts_now();
	errno = OTHER_ERROR;
	result = form->call(block);
	assert_int_equal(errno, served ? OTHER_ERROR : ENOMEM);
	after = counts_now();
	leave(situation);

	assert_judged(form, situation, block, backend_calls);
	assert_int_equal(fake_backend_memory_calls(), wanted_calls);
	assert_int_equal(result != NULL, served);
	assert_int_equal(after.allocations - before.allocations, served && !form->changes_block);
	assert_int_equal(after.reallocations - before.reallocations, served && form->changes_block);
	assert_int_equal(after.bytes_requested - before.bytes_requested, served ? 100 : 0);
	assert_int_equal(after.locked_attempts - before.locked_attempts,
			 situation->fate == VIOLATES);
	assert_int_equal(after.permitted_attempts - before.permitted_attempts,
			 situation->fate == PERMITTED);
	assert_int_equal(after.failed_allocations, before.failed_allocations);
	assert_int_equal(after.failed_reallocations, before.failed_reallocations);
	if (served)
		assert_int_equal(fake_backend_last(form->backend).size, 100);
	if (result != NULL)
		pl_backend_free(result);
	if (result == NULL || !form->changes_block) {
		assert_string_equal(block, "untouched");
		pl_backend_free(block);
	}
}

TEST(scope_phase_and_verdict_decide_on_each_kind_of_request)
{
	EACH_ROW(form, forms)
		EACH_ROW(i, situations) {
			decide(&forms[form], &situations[i], PHASELOCK_ALLOW);
			decide(&forms[form], &situations[i], PHASELOCK_DENY);
		}
}

/* For each form a refusal, then a failure of the backend. */
static void fail_both_ways(const struct form *form, const struct situation *situation)
{
	const struct situation open = {"", false, GRANTED, 0, NO_HOT};
	void *block = pl_backend_malloc(10), *result;

	enter(situation);
	judged.verdict = PHASELOCK_DENY;
	result = form->call(block);
	leave(situation);
	assert_int_equal(result == NULL, situation->fate == VIOLATES);
	if (result == NULL)
		assert_true(pl_request_was_denied());
	if (result == NULL || !form->changes_block)
		pl_backend_free(block);
	if (result != NULL)
		pl_backend_free(result);

	for (int allowed = 0; allowed < 2; allowed++) {
		const struct situation *with = allowed ? situation : &open;

		block = pl_backend_malloc(10);
		enter(with);
		judged.verdict = PHASELOCK_ALLOW;
		fake_backend_fail_nth(1);
		assert_null(form->call(block));
		leave(with);
		assert_false(pl_request_was_denied());
		pl_backend_free(block);
	}
}

TEST(a_denied_request_is_told_from_one_that_is_short_of_memory)
{
	EACH_ROW(form, forms)
		EACH_ROW(i, situations)
			fail_both_ways(&forms[form], &situations[i]);
}

/* ---- giving back ----------------------------------------------------------------------------- */

static void by_free(void *block)
{
	pl_request_free("free", block);
}

static void by_release(void *block)
{
	pl_request_release("free", block, a_caller);
}

static void give_back(void (*give)(void *), const struct situation *situation, bool forbidden,
		      enum phaselock_verdict verdict)
{
	const bool judges = forbidden && situation->fate == VIOLATES;
	const bool served = !judges || verdict == PHASELOCK_ALLOW;
	void *block = pl_backend_malloc(10);
	uint64_t frees = fake_backend_calls(FAKE_FREE);
	struct pl_counts before, after;

	pl_request_forbid_free(forbidden);
	enter(situation);
	judged.verdict = verdict;
	before = counts_now();
	errno = OTHER_ERROR;
	give(block);
	assert_int_equal(errno, OTHER_ERROR);
	after = counts_now();
	leave(situation);
	pl_request_forbid_free(false);

	assert_int_equal(judged.calls, judges);
	if (judges) {
		assert_int_equal(judged.cause, situation->cause);
		assert_ptr_equal(judged.request.old, block);
		assert_int_equal(judged.request.size, 0);
	}
	assert_int_equal(fake_backend_calls(FAKE_FREE) - frees, served);
	assert_int_equal(after.deallocations - before.deallocations, served);
	assert_int_equal(after.locked_deallocations - before.locked_deallocations,
			 served && situation->locked);
	assert_int_equal(after.locked_attempts - before.locked_attempts, judges);
	if (!served)
		pl_backend_free(block);
}

TEST(free_is_granted_and_counted_or_judged_if_that_is_asked)
{
	EACH_ROW(i, situations)
		for (int forbidden = 0; forbidden < 2; forbidden++) {
			give_back(by_release, &situations[i], forbidden != 0, PHASELOCK_ALLOW);
			give_back(by_release, &situations[i], forbidden != 0, PHASELOCK_DENY);
			give_back(by_free, &situations[i], forbidden != 0, PHASELOCK_ALLOW);
			give_back(by_free, &situations[i], forbidden != 0, PHASELOCK_DENY);
		}
}

TEST(freeing_a_null_pointer_is_nothing_in_every_situation)
{
	EACH_ROW(i, situations)
		for (int forbidden = 0; forbidden < 2; forbidden++) {
			struct pl_counts before, after;

			pl_request_forbid_free(forbidden != 0);
			enter(&situations[i]);
			before = counts_now();
			errno = OTHER_ERROR;
			by_free(NULL);
			by_release(NULL);
			assert_int_equal(errno, OTHER_ERROR);
			after = counts_now();
			leave(&situations[i]);
			pl_request_forbid_free(false);
			assert_int_equal(judged.calls, 0);
			assert_memory_equal(&before, &after, sizeof(before));
		}
}

/* ---- pages ----------------------------------------------------------------------------------- */

TEST(frees_in_a_locked_phase_hold_pages_and_requests_after_it_let_them_go)
{
	uint64_t held = fake_backend_calls(FAKE_HOLD);
	uint64_t let_go;
	void *first = pl_backend_malloc(10), *second = pl_backend_malloc(10);

	by_free(first);
	assert_int_equal(fake_backend_calls(FAKE_HOLD), held);
	pl_phase_lock();
	by_free(NULL);
	assert_int_equal(fake_backend_calls(FAKE_HOLD), held);
	let_go = fake_backend_calls(FAKE_LET_GO);
	by_free(second);
	assert_int_equal(fake_backend_calls(FAKE_HOLD), held + 1);
	assert_int_equal(fake_backend_calls(FAKE_LET_GO), let_go);
	pl_phase_unlock();
	pl_backend_free(by_zeroed(NULL));
	assert_int_equal(fake_backend_calls(FAKE_LET_GO), let_go + 1);
}

/* ---- what another allocator served ----------------------------------------------------------- */

TEST(what_is_heard_is_counted_and_judged_as_served_already)
{
	struct pl_counts before = counts_now(), after;
	char block;

	memset(&judged, 0, sizeof(judged));
	judged.verdict = PHASELOCK_ALLOW;
	pl_heard_allocation(&block, 100, a_caller);
	pl_heard_release(&block, a_caller);
	assert_int_equal(judged.calls, 0);
	pl_phase_lock();
	pl_heard_allocation(NULL, 200, a_caller);
	assert_int_equal(judged.calls, 1);
	assert_true(judged.request.served);
	assert_string_equal(judged.request.function, "allocation");
	assert_int_equal(judged.request.size, 200);
	pl_heard_release(&block, a_caller);
	assert_int_equal(judged.calls, 1);
	pl_request_forbid_free(true);
	pl_heard_release(&block, a_caller);
	pl_request_forbid_free(false);
	pl_phase_unlock();
	assert_int_equal(judged.calls, 2);
	assert_true(judged.request.served);
	assert_string_equal(judged.request.function, "deallocation");
	assert_ptr_equal(judged.request.old, &block);
	after = counts_now();
	assert_int_equal(after.allocations - before.allocations, 2);
	assert_int_equal(after.bytes_requested - before.bytes_requested, 300);
	assert_int_equal(after.failed_allocations - before.failed_allocations, 1);
	assert_int_equal(after.deallocations - before.deallocations, 3);
	assert_int_equal(after.locked_deallocations - before.locked_deallocations, 2);
	assert_int_equal(after.locked_attempts - before.locked_attempts, 2);
}

static bool heard_with_a_record;

static void hear_a_release(void)
{
	static char block;

	pl_heard_release(&block, a_caller);
	heard_with_a_record = pl_thread_registered() != NULL;
}

TEST(release_that_is_heard_makes_no_record_for_its_thread)
{
	uint64_t before = get_stats().deallocations;

	heard_with_a_record = true;
	thread_run(hear_a_release);
	assert_false(heard_with_a_record);
	assert_int_equal(get_stats().deallocations, before + 1);
}

/* ---- the end of the process ------------------------------------------------------------------ */

TEST(what_is_asked_while_a_violation_ends_the_process_is_served_as_by_permit)
{
	EACH_ROW(form, forms)
		EACH_ROW(i, situations) {
			struct situation permitted = situations[i];

			if (permitted.fate == VIOLATES)
				permitted.fate = PERMITTED;
			violation_is_ending = true;
			decide(&forms[form], &permitted, PHASELOCK_DENY);
			violation_is_ending = false;
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scope_phase_and_verdict_decide_on_each_kind_of_request),
		cmocka_unit_test(a_denied_request_is_told_from_one_that_is_short_of_memory),
		cmocka_unit_test(free_is_granted_and_counted_or_judged_if_that_is_asked),
		cmocka_unit_test(freeing_a_null_pointer_is_nothing_in_every_situation),
		cmocka_unit_test(
			frees_in_a_locked_phase_hold_pages_and_requests_after_it_let_them_go),
		cmocka_unit_test(what_is_heard_is_counted_and_judged_as_served_already),
		cmocka_unit_test(release_that_is_heard_makes_no_record_for_its_thread),
		cmocka_unit_test(
			what_is_asked_while_a_violation_ends_the_process_is_served_as_by_permit),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
