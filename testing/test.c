/* SPDX-License-Identifier: MIT */
/*
 * The frame around one test: what the framework itself allocates is permitted, and what the test
 * left open is closed. It must not know which framework it is.
 */
#define PHASELOCK_OPTIONAL
#include <phaselock/assert.h>

#include "framework.h"

#include <phaselock/watch.h>

#include <stdio.h>

/* Of the thread that runs the tests. */
static struct {
	bool open;
	const char *name;
	enum phaselock_phase phase; /* at the begin */
} test;

/* The framework's requests, when the test has locked the heap: served, and no violation. */
static enum phaselock_answer permit_framework(const struct phaselock_event *event, void *context)
{
	(void)context;
	return framework_made(event) ? PHASELOCK_SERVE : PHASELOCK_GO_ON;
}

static struct phaselock_watch watch = {
	.watcher = permit_framework, .frames = 16, .forbidden_only = true};

void phaselock_test_begin(const char *name)
{
	if (test.open)
		phaselock_test_end();
	test.open = true;
	test.name = name;
	if (!phaselock_present())
		return;
	test.phase = phaselock_get_phase();
	phaselock_watch_begin(&watch);
}

bool phaselock_test_end(void)
{
	if (!test.open)
		return true;
	test.open = false;
	phaselock_checks_abandon();
	if (!phaselock_present())
		return true;
	phaselock_watch_end(&watch);
	if (test.phase != PHASELOCK_INIT || phaselock_get_phase() == PHASELOCK_INIT)
		return true;
	if (phaselock_get_phase() == PHASELOCK_LOCKED)
		unlock_allocations();
	return false;
}

const char *phaselock_test_name(void)
{
	return test.open ? test.name : NULL;
}
