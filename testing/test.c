/* SPDX-License-Identifier: MIT */
/*
 * The frame around one test: permits the framework's own requests, and closes what the test left
 * open. It must not know which framework it is.
 */
#define PHASELOCK_OPTIONAL
#define _GNU_SOURCE
#include "check.h"
#include "outcome.h"
#include "callers.h"
#include "child.h"
#include "elsewhere.h"
#include "framework.h"
#include "results.h"
#include "running.h"

#include <phaselock/watch.h>

/* Only the thread that runs the tests uses it. */
static struct {
	const char *fault;	    /* what the last test left open, or NULL */
	bool returned;		    /* its function has returned */
	enum phaselock_phase phase; /* at the begin */
	uint64_t scopes;	    /* at the begin */
} test;

/* Serves the framework's requests when the test has locked the heap: they are no violations. */
static enum phaselock_answer permit_framework(const struct phaselock_event *event, void *context)
{
	(void)context;
	return framework_made(event) ? PHASELOCK_SERVE : PHASELOCK_GO_ON;
}

static struct phaselock_watch watch = {
	.watcher = permit_framework, .frames = FRAMES, .forbidden_only = true};

void phaselock_test_begin(const char *name)
{
	child_left();
	if (running_is_open())
		phaselock_test_end();
	running_begin(name);
	callers_note();
	test.fault = NULL;
	test.returned = false;
	elsewhere_clear();
	if (!phaselock_present())
		return;
	test.phase = phaselock_get_phase();
	test.scopes = phaselock_scopes_save();
	phaselock_watch_begin(&watch);
}

void phaselock_test_returned(void)
{
	const struct phaselock_check_report *failure;

	child_left();
	checks_fail_open();
	failure = elsewhere_take();
	if (failure != NULL)
		outcome_fail_by(failure);
	test.returned = true;
}

/* Closes what the test left open. Returns which part of that is a fault, or NULL. */
static const char *close_test(void)
{
	const char *fault = NULL;

	/* A test that failed or was skipped had no chance to end its scopes. */
	if (phaselock_scopes_restore(test.scopes) && test.returned)
		fault = "left a scope open";
	/*
	 * Keep it on a sealed heap: a watch from before the seal still counts, a new one would not.
	 */
	if (phaselock_get_phase() != PHASELOCK_SEALED && !phaselock_watch_end(&watch))
		fault = "ended the watch of its frame";
	if (test.phase != PHASELOCK_INIT || phaselock_get_phase() == PHASELOCK_INIT)
		return fault;
	if (phaselock_get_phase() == PHASELOCK_LOCKED) {
		unlock_allocations();
		return "left the heap locked";
	}
	return "left the heap sealed";
}

bool phaselock_test_end(void)
{
	child_left();
	if (!running_end())
		return true;
	phaselock_checks_abandon();
	callers_forget();
	results_end_test();
	phaselock_fail_nth(0);
	if (phaselock_present()) {
		test.fault = close_test();
		/* Between tests the framework prints their results. */
		if (phaselock_get_phase() != PHASELOCK_INIT)
			phaselock_watch_begin(&watch);
	}
	if (elsewhere_clear() && test.fault == NULL)
		test.fault = "has an assertion that failed on another thread";
	return test.fault == NULL;
}

const char *phaselock_test_fault(void)
{
	return test.fault;
}
