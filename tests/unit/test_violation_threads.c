/* SPDX-License-Identifier: MIT */
/*
 * Violations on several threads while the handler is replaced: a handler is never called with the
 * context of another, and each violation is counted and numbered once.
 *
 * shows: PL-033, PL-042
 */
#define _GNU_SOURCE
#include "violation.h"

#include "child.h"
#include "report.h"
#include "stepping.h"
#include "threads.h"

#include <stdatomic.h>

/* The double of lib/report.c, as far as it is needed. Written by any thread. */
static _Atomic uint64_t last_sequence;

void pl_report_violation(const struct phaselock_violation *violation,
			 const struct pl_report_context *context)
{
	(void)context;
	atomic_store(&last_sequence, violation->sequence);
}

void pl_report_message(const char *message)
{
	fprintf(stderr, "%s\n", message);
}

static const char function_name[] = "malloc";

/* One violation; each line that calls it is a site. */
static __attribute__((noinline)) void violate(size_t size)
{
	const struct pl_request request = {
		.function = function_name, .size = size, .caller = __builtin_return_address(0)};

	pl_violation(&request, PHASELOCK_CAUSE_PHASE);
	__asm__ volatile("" : : : "memory"); /* no tail call: the frame stays on the stack */
}

#define VIOLATORS 4
#define TURNS 4000

static _Atomic uint64_t torn, calls_of_handlers;
static _Atomic unsigned violators_left;
static _Atomic int steps_since_record = -1; /* -1: from the call of a handler to the next record */
static int contexts[2];

static enum phaselock_verdict first_handler(const struct phaselock_violation *violation,
					    void *context)
{
	(void)violation;
	atomic_fetch_add(&torn, context != &contexts[0]);
	atomic_fetch_add(&calls_of_handlers, 1);
	atomic_store(&steps_since_record, -1);
	return PHASELOCK_ALLOW;
}

static enum phaselock_verdict second_handler(const struct phaselock_violation *violation,
					     void *context)
{
	(void)violation;
	atomic_fetch_add(&torn, context != &contexts[1]);
	atomic_fetch_add(&calls_of_handlers, 1);
	atomic_store(&steps_since_record, -1);
	return PHASELOCK_DENY;
}

static void *violate_often(void *unused)
{
	for (unsigned i = 0; i < TURNS; i++)
		violate(i);
	atomic_fetch_sub(&violators_left, 1);
	return unused;
}

CHILD_TEST(handler_and_context_are_replaced_as_one_and_no_count_is_lost)
{
	static struct phaselock_violation listed[8];
	pthread_t threads[VIOLATORS];

	atomic_store(&violators_left, VIOLATORS);
	phaselock_set_handler(first_handler, &contexts[0]);
	for (unsigned i = 0; i < VIOLATORS; i++)
		threads[i] = thread_start(violate_often, NULL);
	while (atomic_load(&violators_left) > 0) {
		phaselock_set_handler(second_handler, &contexts[1]);
		phaselock_set_handler(first_handler, &contexts[0]);
	}
	for (unsigned i = 0; i < VIOLATORS; i++)
		thread_end(threads[i]);
	CHECK_EQUAL(atomic_load(&torn), 0);
	CHECK_EQUAL(atomic_load(&calls_of_handlers), VIOLATORS * TURNS);
	CHECK_EQUAL(phaselock_get_violations(listed, COUNT_OF(listed)), 1);
	CHECK_EQUAL(listed[0].count, VIOLATORS * TURNS);
	violate(0);
	CHECK_EQUAL(atomic_load(&last_sequence), VIOLATORS * TURNS + 1);
}

/* ---- the handler replaced in the middle of its call ------------------------------------------ */

static int steps_before_replacing;
static bool replaced;

/*
 * Before each instruction; once, so many instructions after the record, replaces the handler twice:
 * the pair that is being read is then another one.
 */
static void replace_at_step(uintptr_t instruction)
{
	if (instruction == (uintptr_t)phaselock_on_violation)
		steps_since_record = 0;
	else if (steps_since_record >= 0)
		steps_since_record++;
	if (steps_since_record != steps_before_replacing)
		return;
	phaselock_set_handler(second_handler, &contexts[1]);
	phaselock_set_handler(second_handler, &contexts[1]);
	replaced = true;
}

static void replace_at_each_instruction(void)
{
	CHECK(stepping_prepare(replace_at_step));
	pl_violation_set_frames(1);
	/* At every instruction from the record on, until the handler is called before it comes. */
	do {
		replaced = false;
		phaselock_set_handler(first_handler, &contexts[0]);
		phaselock_set_handler(first_handler, &contexts[0]);
		stepping_begin();
		violate(1);
		stepping_end();
		CHECK_EQUAL(atomic_load(&torn), 0);
		CHECK_EQUAL(atomic_load(&calls_of_handlers), steps_before_replacing + 1);
		steps_before_replacing++;
	} while (replaced);
	CHECK(steps_before_replacing > 10);
}

TEST(handler_that_is_replaced_at_any_instruction_gets_its_own_context)
{
	if (THREAD_SANITIZED)
		skip();
	child_passes(replace_at_each_instruction);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handler_and_context_are_replaced_as_one_and_no_count_is_lost),
		cmocka_unit_test(handler_that_is_replaced_at_any_instruction_gets_its_own_context),
	};

	return cmocka_run_group_tests_name("violation_threads", tests, NULL, NULL);
}
