/* SPDX-License-Identifier: MIT */
/*
 * Keeps the open watches and tells them of events. It must not know what is watched for, nor how a
 * request is judged.
 *
 * A thread's watches are a list in its record, innermost first; only the thread itself reads and
 * writes it. The watches of the process are one list, written under PL_LOCK_PHASE and read by any
 * thread. A thread says in its record while it is in a watcher, so whoever removes a watch can wait
 * until nobody is in it any more.
 */
#include "request/watch.h"

#include "common/channel.h"
#include "thread/gate.h"
#include "stack/kept.h"
#include "thread/locks.h"
#include "stack/module.h"
#include "report/names.h"
#include "common/os.h"
#include "thread/phase.h"
#include "stack/unwind.h"
#include "reaction/violation.h"

#include <errno.h>
#include <stdatomic.h>

/* How often to look for the end of a watcher before sleeping. */
#define LOOKS 1000

/* Written under PL_LOCK_PHASE, read by any thread. seq_cst: ordered with `watching`. */
static _Atomic(struct phaselock_watch *) process_watch;

static struct phaselock_watch *of_process(void)
{
	return atomic_load_explicit(&process_watch, memory_order_seq_cst);
}

/*
 * The link of a watch. Other threads may change it meanwhile if it is in the process's list. Bit 0
 * is set in a watch that was begun when a seal had ended the permits: it cannot have requests
 * served.
 */
static uintptr_t link_of(const struct phaselock_watch *watch)
{
	return (uintptr_t)__atomic_load_n(&watch->outer, __ATOMIC_SEQ_CST);
}

static struct phaselock_watch *outer_of(const struct phaselock_watch *watch)
{
	return (struct phaselock_watch *)(link_of(watch) & ~(uintptr_t)1);
}

/* Makes the link for a new watch. */
static struct phaselock_watch *link_to(const struct phaselock_watch *outer)
{
	return (struct phaselock_watch *)((uintptr_t)outer | !pl_phase_permits());
}

/* Removes the watch that a link leads to from the list. */
static void skip_outer(struct phaselock_watch *watch)
{
	uintptr_t next = (uintptr_t)outer_of(outer_of(watch));

	__atomic_store_n(&watch->outer, (struct phaselock_watch *)(next | (link_of(watch) & 1)),
			 __ATOMIC_SEQ_CST);
}

static bool is_in_watcher(const struct pl_thread *thread)
{
	return atomic_load_explicit(&thread->watching, memory_order_relaxed) % 2 != 0;
}

/* Whether a permit scope grants the thread's requests, which are then not told. */
static bool is_permitted(const struct pl_thread *thread)
{
	return pl_gate_scope(thread) == PL_SCOPE_PERMIT &&
	       (pl_phase_permits() || pl_gate_is_own(thread));
}

bool pl_watch_of_process(void)
{
	return of_process() != NULL;
}

bool pl_watch_is_on(const struct pl_thread *thread)
{
	return (thread->watch != NULL || of_process() != NULL) && !is_in_watcher(thread) &&
	       !is_permitted(thread);
}

static enum phaselock_answer tell_list(const struct phaselock_watch *watch,
				       const struct phaselock_event *event,
				       enum phaselock_answer answer)
{
	for (; watch != NULL; watch = outer_of(watch)) {
		enum phaselock_answer one;

		if (watch->forbidden_only && !event->forbidden)
			continue;
		one = watch->watcher(event, watch->context);
		if (one == PHASELOCK_SERVE && (link_of(watch) & 1) != 0)
			one = PHASELOCK_GO_ON;
		if (answer == PHASELOCK_GO_ON)
			answer = one;
	}
	return answer;
}

/* The deepest call stack that the watches of a list want. */
static unsigned wanted(const struct phaselock_watch *watch, const struct phaselock_event *event,
		       unsigned frames)
{
	for (; watch != NULL; watch = outer_of(watch))
		if ((event->forbidden || !watch->forbidden_only) && watch->frames > frames)
			frames = watch->frames;
	return frames < PHASELOCK_FRAMES_MAX ? frames : PHASELOCK_FRAMES_MAX;
}

/* Whether any watch of a list wants to hear of the event. */
static bool has_listener(const struct phaselock_watch *watch, const struct phaselock_event *event)
{
	while (watch != NULL && watch->forbidden_only && !event->forbidden)
		watch = outer_of(watch);
	return watch != NULL;
}

/* Tells all watches. Runs with `watching` odd and signals blocked. */
static enum phaselock_answer tell_all(const struct pl_thread *thread, struct phaselock_event *event,
				      const struct pl_request *request)
{
	const struct phaselock_watch *of_thread = thread->watch, *of_all = of_process();
	unsigned frames = wanted(of_all, event, wanted(of_thread, event, 0));
	enum phaselock_answer answer;
	enum pl_unwind_end end;
	struct phaselock_violation told = {
		.function = request->function,
		.size = request->size,
		.alignment = request->alignment,
		.old_pointer = request->old,
		.thread_id = thread->id,
	};

	if (event->kind != PHASELOCK_EVENT_RESULT && frames > 0) {
		told.time_ns = pl_os_monotonic_ns();
		pl_names_get(told.thread_name);
		told.frame_count = pl_unwind(told.frames, frames, request->caller, &end);
		pl_kept_add(told.frames, told.frame_count); /* a watcher may describe it later */
		event->origin = pl_module_origin(told.frames, told.frame_count);
	}
	event->request = &told;
	answer = tell_list(of_all, event, tell_list(of_thread, event, PHASELOCK_GO_ON));
	event->request = NULL;
	return answer;
}

/*
 * Signals are blocked. So a handler's requests come afterwards and are told, not lost, and no
 * handler can leave a watcher for good by siglongjmp().
 */
static enum phaselock_answer tell(struct pl_thread *thread, struct phaselock_event *event,
				  const struct pl_request *request)
{
	unsigned turn = atomic_load_explicit(&thread->watching, memory_order_relaxed);
	int error = errno;
	struct pl_os_signals before;
	enum phaselock_answer answer;

	if (!has_listener(thread->watch, event) && of_process() == NULL)
		return PHASELOCK_GO_ON;
	pl_os_block_signals(&before);
	/* Before reading the list: whoever changes it sees this, or we see the change. */
	atomic_store_explicit(&thread->watching, turn + 1, memory_order_seq_cst);
	answer = tell_all(thread, event, request);
	atomic_store_explicit(&thread->watching, turn + 2, memory_order_release);
	pl_os_restore_signals(&before);
	errno = error;
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

/* Whether a watch is in a list. */
static bool is_open(const struct phaselock_watch *list, const struct phaselock_watch *watch)
{
	while (list != NULL && list != watch)
		list = outer_of(list);
	return list != NULL;
}

/* Whether this thread's requests can be told now. */
static bool is_told(const struct pl_thread *thread)
{
	return thread != NULL && !is_in_watcher(thread) && !is_permitted(thread);
}

/* Whether a structure has all the fields that the library reads and writes. */
static bool is_whole(size_t size)
{
	return size >= offsetof(struct phaselock_watch, reserved);
}

bool phaselock_watch_begin_sized(struct phaselock_watch *watch, size_t size)
{
	struct pl_thread *thread = pl_thread_self();

	if (!is_whole(size))
		return false;
	if (thread != NULL && !is_open(thread->watch, watch)) {
		watch->outer = link_to(thread->watch);
		pl_gate_watch(thread, watch);
		PL_CHANNEL_COUNT(watches);
	}
	return is_told(thread);
}

bool phaselock_watch_end(struct phaselock_watch *watch)
{
	struct pl_thread *thread = pl_thread_self();

	if (thread == NULL || !is_open(thread->watch, watch))
		return false;
	pl_gate_watch(thread, outer_of(watch));
	return true;
}

/* If a thread is in a watcher, waits until it has left it. */
static void wait_for(const struct pl_thread *thread)
{
	unsigned turn = atomic_load_explicit(&thread->watching, memory_order_seq_cst);

	if (turn % 2 == 0)
		return;
	for (unsigned looks = 0;
	     atomic_load_explicit(&thread->watching, memory_order_acquire) == turn; looks++)
		if (looks >= LOOKS)
			pl_os_sleep_ms(1);
}

/* Under PL_LOCK_PHASE. */
static void set_process_watch(struct phaselock_watch *watch)
{
	atomic_store_explicit(&process_watch, watch, memory_order_seq_cst);
	pl_phase_watch(PL_PHASE_WATCHED_PROCESS, watch != NULL);
}

/* Removes an open watch; the others stay. Under PL_LOCK_PHASE. */
static void take_out(struct phaselock_watch *watch)
{
	struct phaselock_watch *inner = of_process();

	if (inner == watch) {
		set_process_watch(outer_of(watch));
		return;
	}
	while (outer_of(inner) != watch)
		inner = outer_of(inner);
	skip_outer(inner);
}

bool phaselock_watch_process_begin_sized(struct phaselock_watch *watch, size_t size)
{
	struct pl_thread *thread = pl_thread_self();
	struct pl_os_signals before;

	if (!is_whole(size))
		return false;
	pl_lock(PL_LOCK_PHASE, &before);
	if (!is_open(of_process(), watch)) {
		watch->outer = link_to(of_process());
		set_process_watch(watch);
		PL_CHANNEL_COUNT(watches);
	}
	pl_unlock(PL_LOCK_PHASE, &before);
	return is_told(thread);
}

bool phaselock_watch_process_end(struct phaselock_watch *watch)
{
	const struct pl_thread *self = pl_thread_self();
	struct pl_os_signals before;
	bool open;

	pl_lock(PL_LOCK_PHASE, &before);
	open = is_open(of_process(), watch);
	if (open)
		take_out(watch);
	pl_unlock(PL_LOCK_PHASE, &before);
	for (const struct pl_thread *thread = pl_thread_newest(); thread != NULL;
	     thread = thread->next)
		if (thread != self)
			wait_for(thread);
	return open;
}
