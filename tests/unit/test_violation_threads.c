/* SPDX-License-Identifier: MIT */
/*
 * Violations on several threads while the handler is replaced: a handler is never called with
 * another one's context, and each violation is counted and numbered once.
 *
 * shows: PL-033, PL-042
 */
#define _GNU_SOURCE
#include "reaction/violation.h"

#include "child.h"
#include "report/report.h"
#include "threads.h"

#include <stdatomic.h>

/* The double of lib/report/report.c, as far as it is needed. Written by any thread. */
static _Atomic uint64_t last_sequence;

#include "told_double.h"

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

	pl_violation(&request, PHASELOCK_CAUSE_PHASE, NULL);
	__asm__ volatile("" : : : "memory"); /* no tail call: the frame stays on the stack */
}

#define VIOLATORS 4
#define TURNS 4000

static _Atomic uint64_t torn, calls_of_handlers;
static _Atomic unsigned violators_left;
static int contexts[2];

static enum phaselock_verdict first_handler(const struct phaselock_violation *violation,
					    void *context)
{
	(void)violation;
	atomic_fetch_add(&torn, context != &contexts[0]);
	atomic_fetch_add(&calls_of_handlers, 1);
	return PHASELOCK_ALLOW;
}

static enum phaselock_verdict second_handler(const struct phaselock_violation *violation,
					     void *context)
{
	(void)violation;
	atomic_fetch_add(&torn, context != &contexts[1]);
	atomic_fetch_add(&calls_of_handlers, 1);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handler_and_context_are_replaced_as_one_and_no_count_is_lost),
	};

	return cmocka_run_group_tests_name("violation_threads", tests, NULL, NULL);
}
