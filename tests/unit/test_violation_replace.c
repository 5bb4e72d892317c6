/* SPDX-License-Identifier: MIT */
/*
 * The handler is replaced in the middle of a violation, by a signal handler that comes at each
 * instruction between the record and the call. The table of sites is a double: it is the last
 * function called before the stretch of code that matters.
 *
 * shows: PL-033
 */
#define _GNU_SOURCE
#include "reaction/violation.h"

#include "child.h"
#include "report/report.h"
#include "reaction/site.h"
#include "stepping.h"

static int contexts[2];
static unsigned calls, torn;
static int steps; /* instructions since the record; -1: the handler has been called */
static int steps_before_replacing;
static bool replaced;

static enum phaselock_verdict first_handler(const struct phaselock_violation *violation,
					    void *context)
{
	(void)violation;
	steps = -1;
	calls++;
	torn += context != &contexts[0];
	return PHASELOCK_ALLOW;
}

static enum phaselock_verdict second_handler(const struct phaselock_violation *violation,
					     void *context)
{
	(void)violation;
	steps = -1;
	calls++;
	torn += context != &contexts[1];
	return PHASELOCK_DENY;
}

/* Doubles of lib/reaction/site.c and lib/report/report.c, as far as they are needed. */

int pl_site_count(struct phaselock_violation *violation)
{
	violation->count = 1;
	steps = 0;
	stepping_begin();
	return -1;
}

size_t pl_site_list(void *out, size_t capacity, size_t size)
{
	(void)out;
	(void)capacity;
	(void)size;
	return 0;
}

#include "told_double.h"

void pl_report_violation(const struct phaselock_violation *violation,
			 const struct pl_report_context *context)
{
	(void)violation;
	(void)context;
	stepping_end();
}

void pl_report_message(const char *message)
{
	fprintf(stderr, "%s\n", message);
}

/* ---- the test ---------------------------------------------------------------------------- */

/*
 * Before each instruction; once, so many instructions after the record, replaces the handler twice:
 * the pair that is being read is then another one.
 */
static void replace_at_step(uintptr_t instruction)
{
	(void)instruction;
	if (steps < 0 || steps++ != steps_before_replacing)
		return;
	phaselock_set_handler(second_handler, &contexts[1]);
	phaselock_set_handler(second_handler, &contexts[1]);
	replaced = true;
}

static void replace_at_each_instruction(void)
{
	const struct pl_request request = {.function = "malloc", .caller = contexts};

	CHECK(stepping_prepare(replace_at_step));
	/* At every instruction from the record on, until the handler is called before it comes. */
	do {
		replaced = false;
		phaselock_set_handler(first_handler, &contexts[0]);
		phaselock_set_handler(first_handler, &contexts[0]);
		pl_violation(&request, PHASELOCK_CAUSE_PHASE, NULL);
		CHECK_EQUAL(torn, 0);
		CHECK_EQUAL(calls, steps_before_replacing + 1);
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
		cmocka_unit_test(handler_that_is_replaced_at_any_instruction_gets_its_own_context),
	};

	return cmocka_run_group_tests_name("violation_replace", tests, NULL, NULL);
}
