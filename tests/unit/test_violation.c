/* SPDX-License-Identifier: MIT */
/*
 * The reaction to a violation: record, handler, report, verdict. The reports go to a double, which
 * keeps what it should write.
 *
 * shows: PL-030, PL-031, PL-032 (the verdict of the policy), PL-033, PL-034, PL-035, PL-037
 */
#define _GNU_SOURCE
#include "reaction/violation.h"

#include "child.h"
#include "report/report.h"
#include "threads.h"

#include <sys/prctl.h>

/*
 * ---- the double of lib/report/report.c, as far as it is needed
 * --------------------------------------
 */

static _Thread_local struct {
	unsigned reports;
	struct phaselock_violation last;
	struct pl_report_context context;
} reported;

#include "told_double.h"

void pl_report_violation(const struct phaselock_violation *violation,
			 const struct pl_report_context *context)
{
	reported.reports++;
	reported.last = *violation;
	reported.context = *context;
	if (context->verdict == PHASELOCK_ABORT) /* the process's last words */
		dprintf(STDERR_FILENO, "report %u by %s\n", reported.reports,
			context->by_handler ? "handler" : "policy");
}

void pl_report_message(const char *message)
{
	fprintf(stderr, "%s\n", message);
}

/* ---- helpers --------------------------------------------------------------------------------- */

static const char function_name[] = "malloc";

/* One violation; each line that calls it is a site. Returns the verdict. */
static __attribute__((noinline)) enum phaselock_verdict violate(size_t size)
{
	const struct pl_request request = {
		.function = function_name, .size = size, .caller = __builtin_return_address(0)};
	enum phaselock_verdict verdict = pl_violation(&request, PHASELOCK_CAUSE_PHASE, NULL);

	__asm__ volatile("" : : : "memory"); /* no tail call: the frame stays on the stack */
	return verdict;
}

static struct {
	unsigned calls;
	void *context;
	struct phaselock_violation violation;
	size_t listed;			/* distinct violations at the time of the call */
	unsigned reports;		/* at the time of the call */
	enum phaselock_verdict verdict; /* to be returned */
} handled;

static enum phaselock_verdict keep(const struct phaselock_violation *violation, void *context)
{
	handled.calls++;
	handled.context = context;
	handled.violation = *violation;
	handled.listed = phaselock_get_violations(NULL, 0);
	handled.reports = reported.reports;
	return handled.verdict;
}

/* ---- policy ---------------------------------------------------------------------------------- */

CHILD_TEST(policy_decides)
{
	static const enum phaselock_verdict policies[] = {PHASELOCK_ALLOW, PHASELOCK_DENY,
							  PHASELOCK_ALLOW};

	EACH_ROW(i, policies) {
		phaselock_set_policy(policies[i]);
		CHECK_EQUAL(violate(1), policies[i]);
		CHECK_EQUAL(reported.context.verdict, policies[i]);
		CHECK(!reported.context.by_handler && !reported.context.nested);
	}
	CHECK_EQUAL(reported.reports, 3);
}

/* ---- the end of the process ------------------------------------------------------------------ */

static void violate_under_the_policy_of_the_start(void)
{
	violate(1);
	CHECK(false);
}

static void violate_with_handler_that_aborts(void)
{
	phaselock_set_policy(PHASELOCK_ALLOW);
	violate(1);
	CHECK_EQUAL(pl_violation_ending(), false);
	handled.verdict = PHASELOCK_ABORT;
	phaselock_set_handler(keep, NULL);
	violate(1);
	CHECK(false);
}

static void say_whether_it_ends(int number)
{
	(void)number;
	if (write(STDERR_FILENO, pl_violation_ending() ? "ending\n" : "living\n", 7) != 7)
		_exit(1);
}

static void violate_with_handler_of_sigabrt(void)
{
	signal(SIGABRT, say_whether_it_ends);
	say_whether_it_ends(0);
	violate(1);
}

TEST(verdict_abort_is_reported_and_ends_the_process)
{
	child_aborts(violate_under_the_policy_of_the_start, "report 1 by policy\n");
	child_aborts(violate_with_handler_that_aborts, "report 2 by handler\n");
}

TEST(handler_of_sigabrt_is_told_that_the_process_ends)
{
	child_aborts(violate_with_handler_of_sigabrt, "living\nreport 1 by policy\nending\n");
}

CHILD_TEST(violation_says_who_asked_for_what_and_when)
{
	const int block = 0;
	const struct pl_request request = {.function = function_name,
					   .size = 123,
					   .alignment = 64,
					   .old = &block,
					   .caller = &block};
	uint64_t before = pl_os_monotonic_ns();

	phaselock_set_policy(PHASELOCK_ALLOW);
	prctl(PR_SET_NAME, "flight-control!");
	pl_violation(&request, PHASELOCK_CAUSE_FORBID, NULL);
	CHECK(reported.last.function == function_name);
	CHECK_EQUAL(reported.last.size, 123);
	CHECK_EQUAL(reported.last.alignment, 64);
	CHECK(reported.last.old_pointer == &block);
	CHECK_EQUAL(reported.last.cause, PHASELOCK_CAUSE_FORBID);
	CHECK_EQUAL(reported.last.thread_id, gettid());
	CHECK_EQUAL(strcmp(reported.last.thread_name, "flight-control!"), 0);
	CHECK(reported.last.time_ns >= before && reported.last.time_ns <= pl_os_monotonic_ns());
	CHECK_EQUAL(reported.last.sequence, 1);
	CHECK_EQUAL(reported.last.count, 1);
	/* the caller is not on the stack: it is the only frame */
	CHECK_EQUAL(reported.last.frame_count, 1);
	CHECK(reported.last.frames[0] == &block);
}

CHILD_TEST(same_line_counts_up_at_one_site_and_another_line_is_another_site)
{
	struct phaselock_violation listed[3];

	phaselock_set_policy(PHASELOCK_DENY);
	for (unsigned i = 1; i <= 5; i++) {
		violate(i);
		CHECK_EQUAL(reported.last.count, i);
		CHECK_EQUAL(reported.last.sequence, i);
		CHECK_EQUAL(reported.last.size, i);
	}
	violate(6);
	CHECK_EQUAL(reported.last.count, 1);
	CHECK_EQUAL(reported.last.sequence, 6);
	CHECK_EQUAL(phaselock_get_violations(listed, 3), 2);
	CHECK_EQUAL(listed[0].count, 5);
	CHECK_EQUAL(listed[0].size, 1);
	CHECK_EQUAL(listed[1].count, 1);
	CHECK_EQUAL(listed[1].size, 6);
}

static __attribute__((noinline)) void violate_at_depth(unsigned depth)
{
	if (depth > 0)
		violate_at_depth(depth - 1);
	else
		violate(0);
	__asm__ volatile("" : : : "memory"); /* no tail call */
}

/* More than there are slots, so that each slot is reused. */
CHILD_TEST(debugger_finds_the_last_of_any_number_of_violations)
{
	phaselock_set_policy(PHASELOCK_ALLOW);
	for (size_t size = 1; size <= 1000; size++) {
		violate(size);
		CHECK(phaselock_last_violation != NULL);
		CHECK_EQUAL(phaselock_last_violation->size, size);
		CHECK_EQUAL(phaselock_last_violation->sequence, size);
	}
}

CHILD_TEST(frames_start_at_the_caller_and_are_as_many_as_is_set)
{
	phaselock_set_policy(PHASELOCK_ALLOW);
	for (unsigned frames = 1; frames <= PHASELOCK_FRAMES_MAX; frames++) {
		pl_violation_configure(frames, false);
		violate_at_depth(PHASELOCK_FRAMES_MAX);
		CHECK_EQUAL(reported.last.frame_count, frames);
		/* the recursion always returns to the same place */
		for (unsigned i = 2; i < frames; i++)
			CHECK(reported.last.frames[i] == reported.last.frames[1]);
		CHECK(frames < 2 || reported.last.frames[0] != reported.last.frames[1]);
	}
}

/* ---- handler --------------------------------------------------------------------------------- */

CHILD_TEST(handler_is_called_between_record_and_report_and_its_verdict_is_final)
{
	static const enum phaselock_verdict verdicts[] = {PHASELOCK_ALLOW, PHASELOCK_DENY,
							  PHASELOCK_ALLOW};
	int context;

	phaselock_set_policy(PHASELOCK_DENY);
	phaselock_set_handler(keep, &context);
	EACH_ROW(i, verdicts) {
		handled.verdict = verdicts[i];
		CHECK_EQUAL(violate(50 + i), verdicts[i]);
		CHECK_EQUAL(handled.calls, i + 1);
		CHECK(handled.context == &context);
		CHECK_EQUAL(handled.violation.size, 50 + i);
		CHECK_EQUAL(handled.violation.count, i + 1);
		CHECK_EQUAL(handled.listed, 1);
		CHECK_EQUAL(handled.reports, i);
		CHECK_EQUAL(reported.reports, i + 1);
		CHECK_EQUAL(reported.context.verdict, verdicts[i]);
		CHECK(reported.context.by_handler && !reported.context.nested);
	}
	phaselock_set_handler(NULL, &context);
	CHECK_EQUAL(violate(1), PHASELOCK_DENY);
	CHECK_EQUAL(handled.calls, COUNT_OF(verdicts));
	CHECK(!reported.context.by_handler);
}

static unsigned nested_calls;
static enum phaselock_verdict nested_verdict;
static struct pl_report_context nested_context;

static enum phaselock_verdict violate_again(const struct phaselock_violation *violation,
					    void *context)
{
	(void)violation;
	(void)context;
	nested_calls++;
	nested_verdict = violate(7);
	nested_context = reported.context;
	return PHASELOCK_DENY;
}

CHILD_TEST(violation_inside_the_handler_is_recorded_and_left_to_the_policy)
{
	phaselock_set_policy(PHASELOCK_ALLOW);
	phaselock_set_handler(violate_again, NULL);
	for (unsigned i = 1; i <= 3; i++) {
		CHECK_EQUAL(violate(8), PHASELOCK_DENY);
		CHECK_EQUAL(nested_calls, i);
		CHECK_EQUAL(nested_verdict, PHASELOCK_ALLOW);
		CHECK(nested_context.nested && !nested_context.by_handler);
		CHECK_EQUAL(reported.reports, 2 * i);
		CHECK(!reported.context.nested && reported.context.by_handler);
		CHECK_EQUAL(reported.last.count, i);
	}
	CHECK_EQUAL(phaselock_get_violations(NULL, 0), 2);
}

/* ---- leaving by longjmp() -------------------------------------------------------------------- */

static jmp_buf out;

static void leave_by_longjmp(int number)
{
	(void)number;
	longjmp(out, 1);
}

static void survive_and_violate_again(void)
{
	struct sigaction leave = {.sa_handler = leave_by_longjmp, .sa_flags = SA_NODEFER};

	sigaction(SIGABRT, &leave, NULL);
	if (setjmp(out) == 0)
		violate(1);
	signal(SIGABRT, SIG_DFL);
	say_whether_it_ends(0);
	violate(1);
}

TEST(handler_of_sigabrt_that_jumps_ends_nothing_until_the_next_violation)
{
	child_aborts(survive_and_violate_again, "report 1 by policy\nliving\nreport 2 by policy\n");
}

static enum phaselock_verdict jump_out(const struct phaselock_violation *violation, void *calls)
{
	(void)violation;
	++*(unsigned *)calls;
	longjmp(out, 1);
}

CHILD_TEST(handler_that_left_by_longjmp_is_called_at_the_next_violation)
{
	static unsigned calls;

	phaselock_set_handler(jump_out, &calls);
	for (volatile unsigned i = 1; i <= 3; i++) {
		if (setjmp(out) == 0) {
			violate(1);
			CHECK(false);
		}
		CHECK_EQUAL(calls, i);
	}
	CHECK_EQUAL(reported.reports, 0);
}

CHILD_TEST(handler_that_left_by_longjmp_is_called_also_from_a_deeper_stack)
{
	static unsigned calls;

	phaselock_set_handler(jump_out, &calls);
	for (volatile unsigned depth = 0; depth < 50; depth += 10) {
		if (setjmp(out) == 0) {
			violate_at_depth(depth);
			CHECK(false);
		}
		CHECK_EQUAL(calls, depth / 10 + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policy_decides),
		cmocka_unit_test(verdict_abort_is_reported_and_ends_the_process),
		cmocka_unit_test(handler_of_sigabrt_is_told_that_the_process_ends),
		cmocka_unit_test(
			handler_of_sigabrt_that_jumps_ends_nothing_until_the_next_violation),
		cmocka_unit_test(violation_says_who_asked_for_what_and_when),
		cmocka_unit_test(same_line_counts_up_at_one_site_and_another_line_is_another_site),
		cmocka_unit_test(debugger_finds_the_last_of_any_number_of_violations),
		cmocka_unit_test(frames_start_at_the_caller_and_are_as_many_as_is_set),
		cmocka_unit_test(
			handler_is_called_between_record_and_report_and_its_verdict_is_final),
		cmocka_unit_test(violation_inside_the_handler_is_recorded_and_left_to_the_policy),
		cmocka_unit_test(handler_that_left_by_longjmp_is_called_at_the_next_violation),
		cmocka_unit_test(handler_that_left_by_longjmp_is_called_also_from_a_deeper_stack),
	};

	return cmocka_run_group_tests_name("violation", tests, NULL, NULL);
}
