/* SPDX-License-Identifier: MIT */
/*
 * The scopes of a thread, which lib/thread/thread.c keeps as a stack of bits in a word: compared
 * with a plain stack, up to the depth where the word is full.
 *
 * shows: PL-014, PL-015
 * shows: PL-016 (the limit of the depth; that it ends the process is in test_guard)
 */
#define _GNU_SOURCE
#include "thread/gate.h"
#include "thread/thread.h"

#include "child.h"
#include "stepping.h"
#include "threads.h"

static const unsigned depths[] = {0, 1, 2, 31, 32, 33, 62, 63};

/*
 * Kinds that follow no period of 64: the low bits of a linear congruential generator are its worst,
 * so not those.
 */
static enum pl_scope kind_at(unsigned depth, unsigned seed)
{
	uint32_t bits = (depth + 1) * 2654435761u ^ seed * 40503u;

	return bits >> 17 & 1 ? PL_SCOPE_FORBID : PL_SCOPE_PERMIT;
}

static enum pl_scope innermost(unsigned depth, unsigned seed)
{
	return depth == 0 ? PL_SCOPE_NONE : kind_at(depth - 1, seed);
}

static enum pl_scope other(enum pl_scope kind)
{
	return kind == PL_SCOPE_FORBID ? PL_SCOPE_PERMIT : PL_SCOPE_FORBID;
}

static void assert_scope(const struct pl_thread *thread, enum pl_scope scope)
{
	assert_int_equal(pl_gate_scope(thread), scope);
	assert_int_equal(pl_gate_is_open(), scope != PL_SCOPE_FORBID);
}

/*
 * Scopes of mixed kinds up to a depth and down again; at each step the innermost one decides, and
 * only it can end.
 */
static void climb_and_descend(struct pl_thread *thread, unsigned depth, unsigned seed)
{
	for (unsigned i = 0; i < depth; i++) {
		assert_scope(thread, innermost(i, seed));
		assert_true(pl_gate_scope_begin(thread, kind_at(i, seed), NULL));
	}
	for (unsigned i = depth; i > 0; i--) {
		assert_scope(thread, innermost(i, seed));
		assert_false(pl_gate_scope_end(thread, other(kind_at(i - 1, seed))));
		assert_scope(thread, innermost(i, seed));
		assert_true(pl_gate_scope_end(thread, kind_at(i - 1, seed)));
	}
	assert_scope(thread, PL_SCOPE_NONE);
}

TEST(innermost_of_mixed_scopes_decides_at_every_depth)
{
	struct pl_thread *thread = pl_thread_self();

	EACH_ROW(i, depths)
		for (unsigned seed = 0; seed < 16; seed++)
			climb_and_descend(thread, depths[i], seed);
}

TEST(scope_64_is_refused_and_changes_nothing)
{
	struct pl_thread *thread = pl_thread_self();

	for (unsigned seed = 0; seed < 4; seed++) {
		for (unsigned i = 0; i < PHASELOCK_SCOPE_DEPTH_MAX; i++)
			assert_true(pl_gate_scope_begin(thread, kind_at(i, seed), NULL));
		for (unsigned i = 0; i < 3; i++) {
			assert_false(pl_gate_scope_begin(thread, PL_SCOPE_FORBID, NULL));
			assert_false(pl_gate_scope_begin(thread, PL_SCOPE_PERMIT, NULL));
			assert_scope(thread, innermost(PHASELOCK_SCOPE_DEPTH_MAX, seed));
		}
		for (unsigned i = PHASELOCK_SCOPE_DEPTH_MAX; i > 0; i--)
			assert_true(pl_gate_scope_end(thread, kind_at(i - 1, seed)));
		assert_scope(thread, PL_SCOPE_NONE);
	}
}

TEST(end_without_a_begin_is_refused)
{
	struct pl_thread *thread = pl_thread_self();

	assert_false(pl_gate_scope_end(thread, PL_SCOPE_FORBID));
	assert_false(pl_gate_scope_end(thread, PL_SCOPE_PERMIT));
	assert_scope(thread, PL_SCOPE_NONE);
}

TEST(permit_in_forbid_opens_the_gate_and_forbid_in_permit_closes_it)
{
	struct pl_thread *thread = pl_thread_self();

	assert_true(pl_gate_scope_begin(thread, PL_SCOPE_FORBID, NULL));
	assert_scope(thread, PL_SCOPE_FORBID);
	assert_true(pl_gate_scope_begin(thread, PL_SCOPE_PERMIT, NULL));
	assert_scope(thread, PL_SCOPE_PERMIT);
	assert_true(pl_gate_scope_begin(thread, PL_SCOPE_FORBID, NULL));
	assert_scope(thread, PL_SCOPE_FORBID);
	assert_true(pl_gate_scope_end(thread, PL_SCOPE_FORBID));
	assert_scope(thread, PL_SCOPE_PERMIT);
	assert_true(pl_gate_scope_end(thread, PL_SCOPE_PERMIT));
	assert_scope(thread, PL_SCOPE_FORBID);
	assert_true(pl_gate_scope_end(thread, PL_SCOPE_FORBID));
	assert_scope(thread, PL_SCOPE_NONE);
}

TEST(probing_closes_the_gate_in_every_scope)
{
	struct pl_thread *thread = pl_thread_self();

	pl_gate_probe(thread, true);
	assert_false(pl_gate_is_open());
	assert_true(pl_gate_scope_begin(thread, PL_SCOPE_PERMIT, NULL));
	assert_false(pl_gate_is_open());
	assert_true(pl_gate_scope_end(thread, PL_SCOPE_PERMIT));
	pl_gate_probe(thread, false);
	assert_scope(thread, PL_SCOPE_NONE);
}

static void *look_at_scope(void *gate_is_open)
{
	const struct pl_thread *thread = pl_thread_self();

	*(bool *)gate_is_open = pl_gate_is_open() && pl_gate_scope(thread) == PL_SCOPE_NONE;
	return NULL;
}

TEST(scope_binds_no_other_thread)
{
	struct pl_thread *thread = pl_thread_self();
	bool gate_is_open = false;

	assert_true(pl_gate_scope_begin(thread, PL_SCOPE_FORBID, NULL));
	thread_end(thread_start(look_at_scope, &gate_is_open));
	assert_true(pl_gate_scope_end(thread, PL_SCOPE_FORBID));
	assert_true(gate_is_open);
}

/* ---- signal handlers ------------------------------------------------------------------------ */

/* Leaves room for the handler's scopes. */
#define CLIMB (PHASELOCK_SCOPE_DEPTH_MAX - 3)

static volatile sig_atomic_t steps, wrong_steps;

/* Before each instruction: nests scopes over what it interrupted, and finds that as it was. */
static void step(uintptr_t instruction)
{
	struct pl_thread *thread = pl_thread_self();
	unsigned seed = (unsigned)steps;
	uint64_t scopes = thread->scopes;
	enum pl_scope scope = pl_gate_scope(thread);
	bool wrong = false;

	(void)instruction;
	for (unsigned i = 0; i < 3; i++)
		wrong |= !pl_gate_scope_begin(thread, kind_at(i, seed), NULL);
	for (unsigned i = 3; i > 0; i--)
		wrong |= !pl_gate_scope_end(thread, kind_at(i - 1, seed));
	/* No scope at all is 0 before a thread's first one and 1 from then on. */
	wrong |= (thread->scopes | (thread->scopes == 0)) != (scopes | (scopes == 0));
	wrong |= pl_gate_scope(thread) != scope;
	wrong_steps = wrong_steps + wrong;
	steps = steps + 1;
}

static void climb_with_a_handler_at_each_instruction(void)
{
	struct pl_thread *thread = pl_thread_self();
	unsigned wrong = 0;

	CHECK(stepping_prepare(step));
	for (unsigned seed = 0; seed < 8; seed++) {
		stepping_begin();
		for (unsigned i = 0; i < CLIMB; i++)
			wrong += !pl_gate_scope_begin(thread, kind_at(i, seed), NULL) ||
				 pl_gate_scope(thread) != kind_at(i, seed) ||
				 pl_gate_is_open() == (kind_at(i, seed) == PL_SCOPE_FORBID);
		for (unsigned i = CLIMB; i > 0; i--)
			wrong += !pl_gate_scope_end(thread, kind_at(i - 1, seed)) ||
				 pl_gate_scope(thread) != innermost(i - 1, seed);
		stepping_end();
		CHECK_EQUAL(wrong, 0);
		CHECK_EQUAL(wrong_steps, 0);
		CHECK_EQUAL(thread->scopes, 1);
	}
	CHECK(steps > 8 * CLIMB * 2);
}

TEST(signal_handler_that_nests_scopes_leaves_those_it_interrupted_as_they_were)
{
	if (THREAD_SANITIZED) /* it delays signals */
		skip();
	child_passes(climb_with_a_handler_at_each_instruction);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(innermost_of_mixed_scopes_decides_at_every_depth),
		cmocka_unit_test(scope_64_is_refused_and_changes_nothing),
		cmocka_unit_test(end_without_a_begin_is_refused),
		cmocka_unit_test(permit_in_forbid_opens_the_gate_and_forbid_in_permit_closes_it),
		cmocka_unit_test(probing_closes_the_gate_in_every_scope),
		cmocka_unit_test(scope_binds_no_other_thread),
		cmocka_unit_test(
			signal_handler_that_nests_scopes_leaves_those_it_interrupted_as_they_were),
	};

	return cmocka_run_group_tests_name("scope", tests, NULL, NULL);
}
