/* SPDX-License-Identifier: MIT */
/*
 * Judges an assertion, makes its report, and calls the callbacks. It must not know when a block
 * begins and ends.
 */
#define PHASELOCK_OPTIONAL
#define _GNU_SOURCE
#include "outcome.h"

#include "child.h"
#include "elsewhere.h"
#include "ledger.h"
#include "message.h"
#include "results.h"
#include "running.h"
#include "text.h"

#include <phaselock/watch.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert((int)PHASELOCK_CHECK_HOLDS == (int)PHASELOCK_HELD &&
		       (int)PHASELOCK_CHECK_FAILED == (int)PHASELOCK_FAILED &&
		       (int)PHASELOCK_CHECK_NOT_ARMED == (int)PHASELOCK_UNARMED &&
		       (int)PHASELOCK_CHECK_SKIPPED == (int)PHASELOCK_NOT_JUDGED,
	       "results are told as they are");

static struct {
	phaselock_failure_callback failure, check;
	void *failure_context, *check_context;
} callbacks;

void phaselock_on_failure(phaselock_failure_callback callback, void *context)
{
	callbacks.failure_context = context;
	callbacks.failure = callback;
}

void phaselock_on_check(phaselock_failure_callback callback, void *context)
{
	callbacks.check_context = context;
	callbacks.check = callback;
}

/* ---- judging --------------------------------------------------------------------------------- */

/* Returns why an assertion cannot be judged although its block ran to the end, or NULL. */
static const char *doubt(const struct phaselock_check *check)
{
	if (check->reason != NULL)
		return check->reason;
	if (check->spec.limit > INT64_MAX)
		return "its limit is negative";
	if (check->spec.kind == PHASELOCK_CHECK_NO_LEAK && check->ledger_full)
		return "more than " LEDGER_SIZE_TEXT
		       " blocks were alive at once, more than can be followed";
	return NULL;
}

static bool holds(const struct phaselock_check *check)
{
	uint64_t limit = check->spec.limit;

	switch (check->spec.kind) {
	case PHASELOCK_CHECK_MAX_ALLOCATIONS:
		return check->allocations <= limit;
	case PHASELOCK_CHECK_EXACT_ALLOCATIONS:
		return check->allocations == limit;
	case PHASELOCK_CHECK_MIN_ALLOCATIONS:
		return check->allocations >= limit;
	case PHASELOCK_CHECK_MAX_BYTES:
		return check->bytes <= limit;
	case PHASELOCK_CHECK_NO_DEALLOCATIONS:
		return check->deallocations == 0;
	case PHASELOCK_CHECK_NO_LEAK:
		return ledger_count(check) == 0;
	case PHASELOCK_CHECK_VIOLATION:
		return check->violations > 0;
	case PHASELOCK_CHECK_ABORTS: /* the parent process judges it */
	case PHASELOCK_CHECK_SURVIVES:
	case PHASELOCK_CHECK_MEASURES:
		break;
	}
	return false;
}

bool outcome_judge(struct phaselock_check *check)
{
	check->reason = doubt(check);
	if (check->reason == NULL && holds(check))
		return true;
	check->result = PHASELOCK_CHECK_FAILED;
	return false;
}

/* ---- telling --------------------------------------------------------------------------------- */

static void fail_by_abort(const struct phaselock_check_report *report, void *context)
{
	(void)context;
	fprintf(stderr, "%s:%d: %s", report->spec->file, report->spec->line, report->message);
	abort();
}

/* What the callbacks get. Thread-local, since a callback may never return. */
static _Thread_local struct phaselock_check_report told;
static _Thread_local struct phaselock_check_spec told_spec;
static _Thread_local char told_name[NAME_SIZE], told_file[FILE_SIZE];
static _Thread_local char *message;

/* Quotes the names in a report, since callbacks may print them anywhere. */
static void tell_of(const struct phaselock_check_spec *spec)
{
	char plain[NAME_SIZE];
	struct text name = {.start = told_name, .size = sizeof(told_name)};
	struct text file = {.start = told_file, .size = sizeof(told_file)};

	told_name[0] = told_file[0] = '\0';
	told_spec = *spec;
	naming_keep(&told_spec, plain);
	text_append_name(&name, told_spec.name, SIZE_MAX);
	text_append_name(&file, spec->file, SIZE_MAX);
	told_spec.name = told_name;
	told_spec.file = told_file;
}

void outcome_report(struct phaselock_check *check)
{
	struct phaselock_violation leaked[REQUESTS_KEPT];
	const struct phaselock_violation *requests = check->requests;
	const struct phaselock_advice *advice = check->advice;
	size_t count = check->request_count;

	tell_of(&check->spec);
	told = (struct phaselock_check_report){
		.result = check->result,
		.spec = &told_spec,
		.allocations = check->allocations,
		.bytes = check->bytes,
		.deallocations = check->deallocations,
		.reason = check->reason,
		.message = "",
	};
	if (told.result == PHASELOCK_CHECK_HOLDS)
		return;
	if (check->spec.kind == PHASELOCK_CHECK_NO_LEAK) {
		told.leaked_blocks = ledger_count(check);
		requests = leaked;
		advice = NULL;
		count = ledger_list(check, leaked, REQUESTS_KEPT);
	}
	if (message == NULL)
		message = malloc(MESSAGE_SIZE);
	if (message == NULL)
		return;
	if (check->spec.kind == PHASELOCK_CHECK_VIOLATION)
		advice = NULL; /* the test wants the requests: no advice against them */
	message_write(message, &told, &check->nearest, requests, advice,
		      check->reason == NULL ? count : 0);
	told.message = message;
}

void outcome_fail_by(const struct phaselock_check_report *report)
{
	phaselock_failure_callback failure =
		callbacks.failure != NULL ? callbacks.failure : fail_by_abort;

	failure(report, callbacks.failure_context);
}

/* For `phaselock run`. In the child of a death test its parent tells what came of it. */
static void judged(void)
{
	const struct phaselock_judgement judgement = {
		.result = (enum phaselock_result)told.result,
		.line = told.spec->line,
		.test = phaselock_test_name(),
		.name = told.spec->name,
		.file = told.spec->file,
		.message = told.message,
	};

	if (phaselock_judged_sized != NULL && !child_runs())
		phaselock_judged(&judgement);
}

void outcome_tell(void)
{
	if (told.result != PHASELOCK_CHECK_HOLDS && child_runs() &&
	    write(STDERR_FILENO, told.message, strlen(told.message)) < 0)
		child_left(); /* tell the parent at least this */
	results_add(&told);
	judged();
	if (callbacks.check != NULL)
		callbacks.check(&told, callbacks.check_context);
	if (told.result == PHASELOCK_CHECK_HOLDS)
		return;
	if (running_elsewhere())
		elsewhere_keep(&told);
	else
		outcome_fail_by(&told);
}

void outcome_report_failure(struct phaselock_check *check, const char *reason)
{
	check->result = PHASELOCK_CHECK_FAILED;
	check->reason = reason;
	phaselock_permit_begin();
	outcome_report(check);
	phaselock_permit_end();
}

void outcome_tell_text(const struct phaselock_check_spec *spec, enum phaselock_check_result result,
		       const char *text, struct tally tally)
{
	tell_of(spec);
	told = (struct phaselock_check_report){
		.result = result,
		.spec = &told_spec,
		.allocations = tally.allocations,
		.bytes = tally.bytes,
		.deallocations = tally.deallocations,
		.leaked_blocks = tally.leaked_blocks,
		.message = "",
	};
	phaselock_permit_begin();
	if (message == NULL)
		message = malloc(MESSAGE_SIZE);
	phaselock_permit_end();
	if (message != NULL) {
		snprintf(message, MESSAGE_SIZE, "%s", text);
		told.message = message;
	}
	outcome_tell();
}

void outcome_forget(void)
{
	free(message);
	message = NULL;
}
