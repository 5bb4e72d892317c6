/* SPDX-License-Identifier: MIT */
/*
 * The public functions of the phase and the scopes: misuse ends the process under any policy, and
 * unlocking a sealed heap is a violation. pl_violation() is a double that prints its arguments.
 *
 * shows: PL-012, PL-013, PL-014, PL-016, PL-021
 */
#define _GNU_SOURCE
#include "child.h"
#include "thread/phase.h"
#include "thread/gate.h"
#include "thread/thread.h"
#include "violation_double.h"

#include <phaselock/phaselock.h>

static enum phaselock_verdict verdict;
static unsigned violations;
static enum phaselock_cause cause_seen;
static const void *caller_seen;

enum phaselock_verdict pl_violation(const struct pl_request *request, enum phaselock_cause cause,
				    struct pl_thread *thread)
{
	CHECK(thread == NULL);
	CHECK_EQUAL(strcmp(request->function, "unlock_allocations"), 0);
	violations++;
	cause_seen = cause;
	caller_seen = request->caller;
	return verdict;
}

/* ---- phase ----------------------------------------------------------------------------------- */

TEST(short_and_long_names_lock_and_unlock_alike)
{
	lock_allocations();
	assert_int_equal(phaselock_get_phase(), PHASELOCK_LOCKED);
	lock_allocations();
	phaselock_lock_allocations();
	assert_int_equal(phaselock_get_phase(), PHASELOCK_LOCKED);
	unlock_allocations();
	assert_int_equal(phaselock_get_phase(), PHASELOCK_INIT);
	phaselock_unlock_allocations();
	assert_int_equal(phaselock_get_phase(), PHASELOCK_INIT);
	assert_int_equal(violations, 0);
}

CHILD_TEST(unlock_of_a_sealed_heap_is_a_violation_and_it_stays_sealed)
{
	static const enum phaselock_verdict verdicts[] = {PHASELOCK_ALLOW, PHASELOCK_DENY};

	phaselock_seal_allocations();
	EACH_ROW(i, verdicts) {
		verdict = verdicts[i];
		phaselock_unlock_allocations();
		CHECK_EQUAL(violations, i + 1);
		CHECK_EQUAL(cause_seen, PHASELOCK_CAUSE_SEAL);
		CHECK(caller_seen != NULL);
		CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_SEALED);
		phaselock_lock_allocations();
		CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_SEALED);
	}
	CHECK_EQUAL(violations, 2);
}

static void seal_in_handler(int number)
{
	(void)number;
	phaselock_forbid_begin();
	phaselock_permit_begin();
	phaselock_permit_end();
	phaselock_forbid_end();
	phaselock_lock_allocations();
	phaselock_unlock_allocations();
	phaselock_seal_allocations();
}

CHILD_TEST(signal_handler_may_use_phase_and_scopes_and_errno_is_left_alone)
{
	CHECK(signal(SIGUSR1, seal_in_handler) != SIG_ERR);
	errno = EDOM;
	raise(SIGUSR1);
	CHECK_EQUAL(errno, EDOM);
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_SEALED);
	CHECK_EQUAL(pl_gate_scope(pl_thread_self()), PL_SCOPE_NONE);
}

/* ---- scopes ---------------------------------------------------------------------------------- */

static enum pl_scope scope(void)
{
	return pl_gate_scope(pl_thread_self());
}

TEST(scopes_nest_and_the_innermost_decides)
{
	phaselock_forbid_begin();
	assert_int_equal(scope(), PL_SCOPE_FORBID);
	phaselock_permit_begin();
	assert_int_equal(scope(), PL_SCOPE_PERMIT);
	phaselock_forbid_begin();
	assert_int_equal(scope(), PL_SCOPE_FORBID);
	phaselock_forbid_end();
	phaselock_permit_end();
	assert_int_equal(scope(), PL_SCOPE_FORBID);
	phaselock_forbid_end();
	assert_int_equal(scope(), PL_SCOPE_NONE);
}

static enum pl_scope leave_in_the_middle(bool early)
{
	PHASELOCK_FORBID_SCOPE;
	{
		PHASELOCK_PERMIT_SCOPE;
		if (early)
			return scope();
	}
	return scope();
}

TEST(scopes_of_a_block_end_with_it_however_it_is_left)
{
	assert_int_equal(leave_in_the_middle(true), PL_SCOPE_PERMIT);
	assert_int_equal(scope(), PL_SCOPE_NONE);
	assert_int_equal(leave_in_the_middle(false), PL_SCOPE_FORBID);
	assert_int_equal(scope(), PL_SCOPE_NONE);
	for (unsigned i = 0; i < 3; i++) {
		PHASELOCK_PERMIT_SCOPE;
		if (i == 1)
			continue;
		assert_int_equal(scope(), PL_SCOPE_PERMIT);
	}
	assert_int_equal(scope(), PL_SCOPE_NONE);
}

/* ---- misuse ---------------------------------------------------------------------------------- */

#define NO_FORBID                                                                                  \
	"phaselock: misuse: phaselock_forbid_end() but this thread's innermost scope is no "       \
	"forbid scope\n"
#define NO_PERMIT                                                                                  \
	"phaselock: misuse: phaselock_permit_end() but this thread's innermost scope is no "       \
	"permit scope\n"
#define TOO_DEEP                                                                                   \
	"phaselock: misuse: scopes nested deeper than 63 (PHASELOCK_SCOPE_DEPTH_MAX); is an end "  \
	"missing?\n"

static void end_forbid_in_permit(void)
{
	phaselock_forbid_begin();
	phaselock_permit_begin();
	phaselock_forbid_end();
}

static void end_permit_in_forbid(void)
{
	phaselock_permit_begin();
	phaselock_forbid_begin();
	phaselock_permit_end();
}

static void end_twice(void)
{
	phaselock_forbid_begin();
	phaselock_forbid_end();
	phaselock_forbid_end();
}

TEST(end_without_its_begin_or_of_the_other_kind_is_told_and_aborts)
{
	verdict = PHASELOCK_ALLOW; /* under any policy */
	child_aborts(phaselock_forbid_end, NO_FORBID);
	child_aborts(phaselock_permit_end, NO_PERMIT);
	child_aborts(end_forbid_in_permit, NO_FORBID);
	child_aborts(end_permit_in_forbid, NO_PERMIT);
	child_aborts(end_twice, NO_FORBID);
}

static void nest(unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		if (i % 3 == 0)
			phaselock_permit_begin();
		else
			phaselock_forbid_begin();
}

CHILD_TEST(scopes_may_be_63_deep)
{
	nest(PHASELOCK_SCOPE_DEPTH_MAX);
	for (unsigned i = PHASELOCK_SCOPE_DEPTH_MAX; i > 0; i--)
		if ((i - 1) % 3 == 0)
			phaselock_permit_end();
		else
			phaselock_forbid_end();
	CHECK_EQUAL(scope(), PL_SCOPE_NONE);
}

static void forbid_at_64(void)
{
	nest(PHASELOCK_SCOPE_DEPTH_MAX);
	phaselock_forbid_begin();
}

static void permit_at_64(void)
{
	nest(PHASELOCK_SCOPE_DEPTH_MAX);
	phaselock_permit_begin();
}

TEST(scope_64_is_told_and_aborts)
{
	child_aborts(forbid_at_64, TOO_DEEP);
	child_aborts(permit_at_64, TOO_DEEP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_and_long_names_lock_and_unlock_alike),
		cmocka_unit_test(unlock_of_a_sealed_heap_is_a_violation_and_it_stays_sealed),
		cmocka_unit_test(signal_handler_may_use_phase_and_scopes_and_errno_is_left_alone),
		cmocka_unit_test(scopes_nest_and_the_innermost_decides),
		cmocka_unit_test(scopes_of_a_block_end_with_it_however_it_is_left),
		cmocka_unit_test(end_without_its_begin_or_of_the_other_kind_is_told_and_aborts),
		cmocka_unit_test(scopes_may_be_63_deep),
		cmocka_unit_test(scope_64_is_told_and_aborts),
	};

	return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
