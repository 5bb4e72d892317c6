/* SPDX-License-Identifier: MIT */
/*
 * Two threads set the handler at once: the second comes at each instruction of the first where no
 * lock keeps it away. The resulting pair is one of the two, whole. The lock is a double that says
 * whether it is held; signals are steps here, and are not blocked.
 *
 * shows: PL-033 PL-592
 */
#define _GNU_SOURCE
#include "reaction/violation.h"

#include "child.h"
#include "report/report.h"
#include "stepping.h"
#include "stepping_double.h"

static int contexts[2];
static unsigned calls, torn;
static bool held;
static int step, step_of_the_other;
static bool other_came;

void pl_os_lock(struct pl_os_lock *lock, struct pl_os_signals *before)
{
	(void)lock;
	before->mask = 0;
	held = true;
}

void pl_os_unlock(struct pl_os_lock *lock, const struct pl_os_signals *before)
{
	(void)lock;
	(void)before;
	held = false;
}

#include "told_double.h"

void pl_report_violation(const struct phaselock_violation *violation,
			 const struct pl_report_context *context)
{
	(void)violation;
	(void)context;
}

void pl_report_message(const char *message)
{
	fprintf(stderr, "%s\n", message);
}

static enum phaselock_verdict first_handler(const struct phaselock_violation *violation,
					    void *context)
{
	(void)violation;
	calls++;
	torn += context != &contexts[0];
	return PHASELOCK_ALLOW;
}

static enum phaselock_verdict second_handler(const struct phaselock_violation *violation,
					     void *context)
{
	(void)violation;
	calls++;
	torn += context != &contexts[1];
	return PHASELOCK_ALLOW;
}

static void set_in_between(uintptr_t instruction)
{
	(void)instruction;
	if (step++ < step_of_the_other || other_came || held)
		return;
	other_came = true;
	phaselock_set_handler(second_handler, &contexts[1]);
}

static void set_at_each_instruction(void)
{
	const struct pl_request request = {.function = "malloc", .caller = contexts};

	CHECK(stepping_prepare(set_in_between));
	do {
		step = 0;
		other_came = false;
		stepping_begin();
		phaselock_set_handler(first_handler, &contexts[0]);
		stepping_end();
		pl_violation(&request, PHASELOCK_CAUSE_PHASE, NULL);
		CHECK_EQUAL(torn, 0);
		step_of_the_other++;
		CHECK_EQUAL(calls, step_of_the_other);
	} while (other_came);
	CHECK(step_of_the_other > 20);
}

TEST(handlers_that_are_set_at_once_keep_their_own_contexts)
{
	if (THREAD_SANITIZED)
		skip();
	child_passes(set_at_each_instruction);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handlers_that_are_set_at_once_keep_their_own_contexts),
	};

	return cmocka_run_group_tests_name("handler_writers", tests, NULL, NULL);
}
