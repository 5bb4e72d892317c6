/* SPDX-License-Identifier: MIT */
/*
 * What an assertion sees inside requests, on any thread. It must not know how it is judged.
 */
#define PHASELOCK_OPTIONAL
#include "seen.h"

#include "framework.h"
#include "ledger.h"
#include "wanted.h"

#include <string.h>

/* This thread's last request, kept until its result comes. */
static _Thread_local struct {
	struct phaselock_violation request;
	bool ignored;
} pending;

static bool same_stack(const struct phaselock_violation *a, const struct phaselock_violation *b)
{
	return a->function == b->function && a->frame_count == b->frame_count &&
	       memcmp(a->frames, b->frames, a->frame_count * sizeof(a->frames[0])) == 0;
}

static void take_lock(struct phaselock_check *check)
{
	while (atomic_flag_test_and_set_explicit(&check->requests_lock, memory_order_acquire))
		continue;
}

static void give_lock(struct phaselock_check *check)
{
	atomic_flag_clear_explicit(&check->requests_lock, memory_order_release);
}

/* Keeps a request for the report, one for each call stack. */
static void keep(struct phaselock_check *check, const struct phaselock_violation *request)
{
	size_t at = 0;

	take_lock(check);
	while (at < check->request_count && !same_stack(&check->requests[at], request))
		at++;
	if (at < check->request_count) {
		check->requests[at].count++;
	} else if (at < REQUESTS_KEPT) {
		check->requests[at] = *request;
		check->requests[at].count = 1;
		/* Do this now: the calling code may be unloaded later. */
		if (!phaselock_advise(request, &check->advice[at]))
			check->advice[at].function = NULL;
		check->request_count++;
	}
	give_lock(check);
}

/* Keeps the nearest request; the first one of several equally near. */
static void keep_nearest(struct phaselock_check *check, const struct phaselock_violation *request,
			 unsigned differences)
{
	struct nearest *nearest = &check->nearest;

	take_lock(check);
	if (nearest->function == NULL ||
	    __builtin_popcount(differences) < __builtin_popcount(nearest->differences))
		*nearest = (struct nearest){request->function, request->size, differences};
	give_lock(check);
}

static void look_for_violation(struct phaselock_check *check, const struct phaselock_event *event)
{
	unsigned differences = wanted_compare(&check->spec, event);

	if (differences == 0)
		atomic_fetch_add(&check->violations, 1);
	else
		keep_nearest(check, event->request, differences);
}

static void see_request(struct phaselock_check *check, const struct phaselock_event *event)
{
	pending.ignored = framework_made(event);
	if (pending.ignored)
		return;
	pending.request = *event->request;
	atomic_fetch_add(&check->allocations, 1);
	atomic_fetch_add(&check->bytes, event->request->size);
	if (check->spec.kind == PHASELOCK_CHECK_VIOLATION)
		look_for_violation(check, event);
	if (check->spec.kind != PHASELOCK_CHECK_NO_LEAK &&
	    check->spec.kind != PHASELOCK_CHECK_NO_DEALLOCATIONS)
		keep(check, event->request);
}

static void see_result(struct phaselock_check *check, const struct phaselock_event *event)
{
	const void *old = event->request->old_pointer;

	if (check->spec.kind != PHASELOCK_CHECK_NO_LEAK || pending.ignored || event->block == NULL)
		return;
	/* A foreign block that is reallocated stays foreign. */
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

enum phaselock_answer seen_watcher(const struct phaselock_event *event, void *context)
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
