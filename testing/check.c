/* SPDX-License-Identifier: MIT */
/*
 * The assertions that are open, what they see, and what they come to. It must not know what is
 * written about them, nor which test framework is told.
 *
 * An assertion lies in a pool, not on the stack of its block: a block that is left by longjmp()
 * leaves its watch open, and requests may still be told to it.
 */
#define PHASELOCK_OPTIONAL
#define _GNU_SOURCE
#include <phaselock/assert.h>

#include "framework.h"
#include "ledger.h"
#include "message.h"

#include <phaselock/watch.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_MAX 64	/* assertions open at once, on all threads */
#define REQUESTS_KEPT 8 /* distinct requests that a failure tells of */
#define FRAMES 16

struct phaselock_check {
	atomic_bool taken;
	struct phaselock_check *outer; /* of the same thread */
	struct phaselock_check_spec spec;
	enum phaselock_check_result result;
	bool has_run;
	struct phaselock_watch watch;
	_Atomic uint64_t allocations, bytes, deallocations, violations;
	atomic_bool ledger_full;
	atomic_flag requests_lock;
	size_t request_count;
	struct phaselock_violation requests[REQUESTS_KEPT];
};

static struct phaselock_check pool[OPEN_MAX];
static _Thread_local struct phaselock_check *innermost; /* of this thread */

/* What this thread asked for last, for its result. */
static _Thread_local struct {
	struct phaselock_violation request;
	bool ignored;
} pending;

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

/* ---- what is seen: inside requests, on any thread -------------------------------------------- */

static bool same_stack(const struct phaselock_violation *a, const struct phaselock_violation *b)
{
	return a->function == b->function && a->frame_count == b->frame_count &&
	       memcmp(a->frames, b->frames, a->frame_count * sizeof(a->frames[0])) == 0;
}

/* Keeps a request to tell of, once for each call stack. */
static void keep(struct phaselock_check *check, const struct phaselock_violation *request)
{
	size_t at = 0;

	while (atomic_flag_test_and_set_explicit(&check->requests_lock, memory_order_acquire))
		continue;
	while (at < check->request_count && !same_stack(&check->requests[at], request))
		at++;
	if (at < check->request_count) {
		check->requests[at].count++;
	} else if (at < REQUESTS_KEPT) {
		check->requests[at] = *request;
		check->requests[at].count = 1;
		check->request_count++;
	}
	atomic_flag_clear_explicit(&check->requests_lock, memory_order_release);
}

static bool has_site(const struct phaselock_violation *request, const char *site)
{
	char text[4096], wanted[256];

	phaselock_describe(request, text, sizeof(text));
	snprintf(wanted, sizeof(wanted), " %s+0x", site);
	return strstr(text, wanted) != NULL;
}

/* Whether a request is what an assertion of a violation is about. */
static bool is_wanted(const struct phaselock_check *check, const struct phaselock_event *event)
{
	const struct phaselock_check_spec *spec = &check->spec;
	const struct phaselock_violation *request = event->request;

	return event->forbidden &&
	       (spec->function == NULL || strcmp(spec->function, request->function) == 0) &&
	       (spec->size == PHASELOCK_ANY_SIZE || spec->size == request->size) &&
	       (spec->site == NULL || has_site(request, spec->site));
}

static void see_request(struct phaselock_check *check, const struct phaselock_event *event)
{
	pending.ignored = framework_made(event);
	if (pending.ignored)
		return;
	pending.request = *event->request;
	atomic_fetch_add(&check->allocations, 1);
	atomic_fetch_add(&check->bytes, event->request->size);
	if (is_wanted(check, event))
		atomic_fetch_add(&check->violations, 1);
	if (check->spec.kind != PHASELOCK_CHECK_NO_LEAK &&
	    check->spec.kind != PHASELOCK_CHECK_NO_DEALLOCATIONS)
		keep(check, event->request);
}

static void see_result(struct phaselock_check *check, const struct phaselock_event *event)
{
	const void *old = event->request->old_pointer;

	if (check->spec.kind != PHASELOCK_CHECK_NO_LEAK || pending.ignored || event->block == NULL)
		return;
	/* A block from outside that grows is still one from outside. */
	if (old != NULL && !ledger_remove(check, old))
		return;
	if (!ledger_add(check, event->block, &pending.request))
		atomic_store(&check->ledger_full, true);
}

static void see_release(struct phaselock_check *check, const struct phaselock_event *event)
{
	if (check->spec.kind == PHASELOCK_CHECK_NO_LEAK)
		ledger_remove(check, event->block);
	if (framework_made(event))
		return;
	atomic_fetch_add(&check->deallocations, 1);
	if (check->spec.kind == PHASELOCK_CHECK_NO_DEALLOCATIONS)
		keep(check, event->request);
}

static enum phaselock_answer see(const struct phaselock_event *event, void *context)
{
	struct phaselock_check *check = context;

	switch (event->kind) {
	case PHASELOCK_EVENT_REQUEST:
		see_request(check, event);
		break;
	case PHASELOCK_EVENT_RESULT:
		see_result(check, event);
		break;
	case PHASELOCK_EVENT_RELEASE:
		see_release(check, event);
		break;
	}
	return event->forbidden ? PHASELOCK_SERVE : PHASELOCK_GO_ON;
}

/* ---- judging --------------------------------------------------------------------------------- */

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
		return ledger_count(check) == 0 && !check->ledger_full;
	case PHASELOCK_CHECK_VIOLATION:
		return check->violations > 0;
	}
	return false;
}

static void fail_by_abort(const struct phaselock_check_report *report, void *context)
{
	(void)context;
	fprintf(stderr, "%s:%d: %s", report->spec->file, report->spec->line, report->message);
	abort();
}

/* What the callbacks get: the thread's own, since a callback may never return. */
static _Thread_local struct phaselock_check_report told;
static _Thread_local struct phaselock_check_spec told_spec;
static _Thread_local char *message;

/* Makes the report of an assertion, which may then be given back. */
static void make_report(struct phaselock_check *check)
{
	struct phaselock_violation leaked[REQUESTS_KEPT];
	const struct phaselock_violation *requests = check->requests;
	size_t count = check->request_count;

	told_spec = check->spec;
	told = (struct phaselock_check_report){
		.result = check->result,
		.spec = &told_spec,
		.allocations = check->allocations,
		.bytes = check->bytes,
		.deallocations = check->deallocations,
		.message = "",
	};
	if (told.result == PHASELOCK_CHECK_HOLDS)
		return;
	if (check->spec.kind == PHASELOCK_CHECK_NO_LEAK) {
		told.leaked_blocks = ledger_count(check);
		requests = leaked;
		count = ledger_list(check, leaked, REQUESTS_KEPT);
	}
	if (message == NULL)
		message = malloc(MESSAGE_SIZE);
	if (message == NULL)
		return;
	message_write(message, &told, requests, count);
	told.message = message;
}

static void tell(void)
{
	phaselock_failure_callback failure =
		callbacks.failure != NULL ? callbacks.failure : fail_by_abort;

	if (callbacks.check != NULL)
		callbacks.check(&told, callbacks.check_context);
	if (told.result != PHASELOCK_CHECK_HOLDS)
		failure(&told, callbacks.failure_context);
}

/* ---- begin and end --------------------------------------------------------------------------- */

static struct phaselock_check *take_from_pool(const struct phaselock_check_spec *spec)
{
	for (size_t i = 0; i < OPEN_MAX; i++) {
		struct phaselock_check *check = &pool[i];
		bool taken = false;

		if (!atomic_compare_exchange_strong(&check->taken, &taken, true))
			continue;
		check->spec = *spec;
		check->result = PHASELOCK_CHECK_HOLDS;
		check->has_run = false;
		check->watch = (struct phaselock_watch){
			.watcher = see, .context = check, .frames = FRAMES};
		check->allocations = check->bytes = check->deallocations = check->violations = 0;
		check->ledger_full = false;
		check->request_count = 0;
		return check;
	}
	fprintf(stderr,
		"%s:%d: more than %d assertions of phaselock are open; are blocks left by "
		"longjmp() without phaselock_checks_abandon()?\n",
		spec->file, spec->line, OPEN_MAX);
	abort();
}

static bool is_armed(void)
{
	return phaselock_present() && phaselock_armed() == PHASELOCK_ENTRY_ALL;
}

struct phaselock_check *phaselock_check_begin(const struct phaselock_check_spec *spec)
{
	struct phaselock_check *check = take_from_pool(spec);

	if (!is_armed()) {
		check->result =
			spec->skip_if_absent ? PHASELOCK_CHECK_SKIPPED : PHASELOCK_CHECK_NOT_ARMED;
		make_report(check);
		atomic_store(&check->taken, false);
		tell();
		return NULL;
	}
	check->outer = innermost;
	innermost = check;
	if (spec->scope == PHASELOCK_PROCESS)
		phaselock_watch_process_begin(&check->watch);
	else
		phaselock_watch_begin(&check->watch);
	return check;
}

bool phaselock_check_runs(struct phaselock_check *check)
{
	bool first = check != NULL && !check->has_run;

	if (first)
		check->has_run = true;
	return first;
}

/* Ends the watch of the innermost assertion, whose slot is the caller's then. */
static struct phaselock_check *close_innermost(void)
{
	struct phaselock_check *check = innermost;

	if (check->spec.scope == PHASELOCK_PROCESS)
		phaselock_watch_process_end(&check->watch);
	else
		phaselock_watch_end(&check->watch);
	innermost = check->outer;
	return check;
}

static void give_back(struct phaselock_check *check)
{
	ledger_clear(check);
	atomic_store(&check->taken, false);
}

void phaselock_check_end(struct phaselock_check **place)
{
	struct phaselock_check *check = *place;

	if (check == NULL)
		return;
	while (innermost != check) /* blocks inside it that were left by longjmp() to here */
		give_back(close_innermost());
	close_innermost();
	if (!holds(check))
		check->result = PHASELOCK_CHECK_FAILED;
	phaselock_permit_begin();
	make_report(check);
	phaselock_permit_end();
	give_back(check);
	tell();
}

void phaselock_checks_abandon(void)
{
	while (innermost != NULL)
		give_back(close_innermost());
}
