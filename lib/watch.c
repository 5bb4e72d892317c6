/* SPDX-License-Identifier: MIT */
/*
 * The watches that are open, and the telling. It must not know what is watched for, nor how a
 * request is judged.
 *
 * The watches of a thread are a list in its record, innermost first, which the thread alone reads
 * and writes; those of the process are one list, written under the registry's lock.
 */
#include "watch.h"

#include "module.h"
#include "os.h"
#include "phase.h"
#include "unwind.h"
#include "violation.h"

#include <stdatomic.h>

/* Release by the writer, acquire by readers, who then see the watch filled in. */
static _Atomic(struct phaselock_watch *) process_watch;

static struct phaselock_watch *of_process(void)
{
	return atomic_load_explicit(&process_watch, memory_order_acquire);
}

bool pl_watch_is_on(const struct pl_thread *thread)
{
	return !thread->watching && (thread->watch != NULL || of_process() != NULL) &&
	       pl_thread_scope(thread) != PL_SCOPE_PERMIT;
}

static enum phaselock_answer tell_list(const struct phaselock_watch *watch,
				       const struct phaselock_event *event,
				       enum phaselock_answer answer)
{
	for (; watch != NULL; watch = watch->outer) {
		enum phaselock_answer one;

		if (watch->forbidden_only && !event->forbidden)
			continue;
		one = watch->watcher(event, watch->context);
		if (answer == PHASELOCK_GO_ON)
			answer = one;
	}
	return answer;
}

/* How deep a call stack the watches of a list want. */
static unsigned wanted(const struct phaselock_watch *watch, const struct phaselock_event *event,
		       unsigned frames)
{
	for (; watch != NULL; watch = watch->outer)
		if ((event->forbidden || !watch->forbidden_only) && watch->frames > frames)
			frames = watch->frames;
	return frames < PHASELOCK_FRAMES_MAX ? frames : PHASELOCK_FRAMES_MAX;
}

/* Tells all watches, whose own requests are not told. */
static enum phaselock_answer tell(struct pl_thread *thread, struct phaselock_event *event,
				  const struct pl_request *request)
{
	const struct phaselock_watch *of_thread = thread->watch, *of_all = of_process();
	unsigned frames = wanted(of_all, event, wanted(of_thread, event, 0));
	enum phaselock_answer answer;
	struct phaselock_violation told = {
		.function = request->function,
		.size = request->size,
		.alignment = request->alignment,
		.old_pointer = request->old,
		.thread_id = thread->id,
	};

	if (event->kind != PHASELOCK_EVENT_RESULT && frames > 0) {
		told.time_ns = pl_os_monotonic_ns();
		pl_os_thread_name(told.thread_name);
		told.frame_count = pl_unwind(told.frames, frames, request->caller);
		event->origin = pl_module_origin(told.frames, told.frame_count);
	}
	event->request = &told;
	thread->watching = true;
	answer = tell_list(of_thread, event, PHASELOCK_GO_ON);
	answer = tell_list(of_all, event, answer);
	thread->watching = false;
	return answer;
}

enum phaselock_answer pl_watch_request(struct pl_thread *thread, const struct pl_request *request,
				       bool forbidden)
{
	struct phaselock_event event = {.kind = PHASELOCK_EVENT_REQUEST, .forbidden = forbidden};

	return tell(thread, &event, request);
}

void pl_watch_result(struct pl_thread *thread, const struct pl_request *request, const void *block)
{
	struct phaselock_event event = {.kind = PHASELOCK_EVENT_RESULT, .block = block};

	tell(thread, &event, request);
}

void pl_watch_release(struct pl_thread *thread, const struct pl_request *request)
{
	struct phaselock_event event = {.kind = PHASELOCK_EVENT_RELEASE, .block = request->old};

	tell(thread, &event, request);
}

/* ---- the public functions -------------------------------------------------------------------- */

/* Whether a watch is among those of a list. */
static bool is_open(const struct phaselock_watch *list, const struct phaselock_watch *watch)
{
	while (list != NULL && list != watch)
		list = list->outer;
	return list != NULL;
}

void phaselock_watch_begin(struct phaselock_watch *watch)
{
	struct pl_thread *thread = pl_thread_self();

	if (thread == NULL || is_open(thread->watch, watch))
		return;
	watch->outer = thread->watch;
	pl_thread_watch(thread, watch);
}

void phaselock_watch_end(struct phaselock_watch *watch)
{
	struct pl_thread *thread = pl_thread_self();

	if (thread != NULL && is_open(thread->watch, watch))
		pl_thread_watch(thread, watch->outer);
}

static void set_process_watch(struct phaselock_watch *watch)
{
	atomic_store_explicit(&process_watch, watch, memory_order_release);
	pl_phase_watch(watch != NULL);
}

void phaselock_watch_process_begin(struct phaselock_watch *watch)
{
	struct pl_os_signals before;

	pl_thread_lock(&before);
	if (!is_open(of_process(), watch)) {
		watch->outer = of_process();
		set_process_watch(watch);
	}
	pl_thread_unlock(&before);
}

void phaselock_watch_process_end(struct phaselock_watch *watch)
{
	struct pl_os_signals before;

	pl_thread_lock(&before);
	if (is_open(of_process(), watch))
		set_process_watch(watch->outer);
	pl_thread_unlock(&before);
}
