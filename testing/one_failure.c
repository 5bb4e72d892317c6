/* SPDX-License-Identifier: MIT */
/*
 * Runs a function in a child, makes one of its requests fail, and keeps track of its blocks. It
 * must not know which results are faults.
 */
#define PHASELOCK_OPTIONAL
#include "one_failure.h"

#include "callers.h"
#include "framework.h"
#include "ledger.h"
#include "shown.h"
#include "text.h"

#include <phaselock/assert.h>
#include <phaselock/watch.h>

#define LEAKS_TOLD 3

/* Used in the child, by its first thread only. */
static struct {
	struct one_failure *told;
	uint64_t left;
	struct phaselock_violation request; /* the last one, kept until its result comes */
	bool ignored;
} run;

static const char books; /* its address is the blocks' owner in the ledger */

static enum phaselock_answer see_request(const struct phaselock_event *event)
{
	run.ignored = framework_made(event);
	if (run.ignored)
		return PHASELOCK_GO_ON;
	run.request = *event->request;
	run.told->tally.allocations++;
	run.told->tally.bytes += event->request->size;
	if (run.left == 0 || --run.left > 0)
		return PHASELOCK_GO_ON;
	run.told->failed = true;
	shown_describe(event->request, run.told->request, sizeof(run.told->request));
	return PHASELOCK_FAIL;
}

static void see_result(const struct phaselock_event *event)
{
	const void *old = event->request->old_pointer;

	if (run.ignored || event->block == NULL)
		return;
	/* A foreign block that is reallocated stays foreign. */
	if (old != NULL && !ledger_remove(&books, old))
		return;
	if (!ledger_add(&books, event->block, &run.request))
		run.told->leaks_unknown = true;
}

static enum phaselock_answer see(const struct phaselock_event *event, void *context)
{
	(void)context;
	if (!child_is_self())
		return PHASELOCK_GO_ON;
	switch (event->kind) {
	case PHASELOCK_EVENT_REQUEST:
		return see_request(event);
	case PHASELOCK_EVENT_RESULT:
		see_result(event);
		break;
	case PHASELOCK_EVENT_RELEASE:
		ledger_remove(&books, event->block);
		run.told->tally.deallocations += !framework_made(event);
		break;
	}
	return PHASELOCK_GO_ON;
}

static void tell_leaks(void)
{
	struct one_failure *told = run.told;
	struct text text = {.start = told->leaks, .size = sizeof(told->leaks)};
	struct phaselock_violation leaked[LEAKS_TOLD];
	size_t count = ledger_list(&books, leaked, LEAKS_TOLD);

	told->tally.leaked_blocks = ledger_count(&books);
	for (size_t i = 0; i < count; i++) {
		char lines[4096];

		shown_describe(&leaked[i], lines, sizeof(lines));
		text_append(&text, "  %s", lines);
	}
}

static _Noreturn void run_in_child(struct one_failure *told, int (*function)(void *context),
				   void *context, uint64_t nth)
{
	static struct phaselock_watch watch = {.watcher = see, .frames = FRAMES};
	int result;

	phaselock_fail_nth(0);
	run.told = told;
	run.left = nth;
	phaselock_watch_begin(&watch);
	callers_note(); /* a stack is to end at the function */
	result = function(context);
	phaselock_watch_end(&watch);
	phaselock_permit_begin();
	tell_leaks();
	child_finish(result);
}

void one_failure_run(struct child *child, int (*function)(void *context), void *context,
		     uint64_t nth)
{
	if (child_start(child, sizeof(struct one_failure)))
		run_in_child(child->shared, function, context, nth);
	child_wait(child);
}
