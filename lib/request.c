/* SPDX-License-Identifier: MIT */
/*
 * The way of a request that the hot path did not serve. It only orders the calls: judge, account,
 * backend. It must not know libc's contract for sizes and alignments, nor how a violation is told.
 */
#include "request.h"

#include "gate.h"
#include "os.h"
#include "thread.h"
#include "violation.h"
#include "watch.h"

#include <errno.h>

static bool free_is_forbidden;

void pl_request_forbid_free(bool forbid)
{
	free_is_forbidden = forbid;
}

/*
 * What the scopes and the phase say to a request. Pure, so that it can be proved apart from the
 * rest.
 */
enum ruling { GRANTED, GRANTED_BY_PERMIT, AGAINST_PHASE, AGAINST_FORBID };

static enum ruling rule(enum pl_scope scope, bool locked)
{
	if (scope == PL_SCOPE_FORBID)
		return AGAINST_FORBID;
	if (!locked)
		return GRANTED;
	return scope == PL_SCOPE_PERMIT ? GRANTED_BY_PERMIT : AGAINST_PHASE;
}

enum outcome { SERVE, REFUSE, PROBED };

/*
 * Carries out what the rule says; on return the request is to be served, refused, or was only a
 * probe.
 */
static PL_COLD enum outcome judge(struct pl_thread *thread, const struct pl_request *request)
{
	enum phaselock_cause cause = PHASELOCK_CAUSE_PHASE;
	enum ruling ruling;

	if (thread == NULL) /* there is no memory even for a record */
		return REFUSE;
	if (thread->probing) {
		thread->probe_hits++;
		return PROBED;
	}
	ruling = rule(pl_gate_scope(thread), pl_phase_is_locked());
	if (!request->release && pl_watch_is_on(thread)) {
		enum phaselock_answer answer = pl_watch_request(thread, request, ruling != GRANTED);

		if (answer != PHASELOCK_GO_ON)
			return answer == PHASELOCK_SERVE || request->served ? SERVE : REFUSE;
	}
	if (ruling == GRANTED)
		return SERVE;
	if (ruling == GRANTED_BY_PERMIT || pl_violation_ending()) {
		pl_counter_increment(&thread->permitted_attempts);
		return SERVE;
	}
	if (ruling == AGAINST_FORBID)
		cause = PHASELOCK_CAUSE_FORBID;
	return pl_violation(request, cause, thread) == PHASELOCK_ALLOW ? SERVE : REFUSE;
}

bool pl_request_is_violation(void)
{
	struct pl_thread *thread = pl_thread_self();
	enum pl_scope scope = thread != NULL ? pl_gate_scope(thread) : PL_SCOPE_NONE;
	enum ruling ruling = rule(scope, pl_phase_is_locked());

	return ruling == AGAINST_PHASE || ruling == AGAINST_FORBID;
}

/* Finds this thread's record, and whether the request is to be served. */
static enum outcome pass(struct pl_thread **thread, const struct pl_request *request)
{
	*thread = pl_thread_self();
	if (pl_gate_is_open() && pl_phase_load() == PL_PHASE_INIT)
		return SERVE;
	return judge(*thread, request);
}

/*
 * The end of a request that was served, or not: libc's error, and the last counts of a thread that
 * is going.
 */
static void *finish(struct pl_thread *thread, const struct pl_request *request,
		    pl_counter *failures, void *block)
{
	if (block == NULL) {
		errno = ENOMEM;
		if (failures != NULL) /* else the backend has told of it */
			pl_counter_increment(failures);
	}
	if (pl_watch_is_on(thread))
		pl_watch_result(thread, request, block);
	if (thread->exiting)
		pl_thread_keep_bytes(thread);
	return block;
}

static void *refuse(enum outcome outcome)
{
	if (outcome == PROBED)
		return pl_thread_probe_token;
	errno = ENOMEM;
	return NULL;
}

static void set_holding(struct pl_thread *thread, bool holding)
{
	if (PL_LIKELY(thread->holding == holding))
		return;
	thread->holding = holding;
	pl_gate_set(thread);
}

/*
 * Before each request that comes by here: the first of a thread whose frees have held pages, and of
 * others some.
 */
static void let_go_unless_locked(struct pl_thread *thread)
{
	if (pl_phase_is_locked())
		return;
	pl_backend_let_go();
	set_holding(thread, false);
}

/*
 * Both count as the hot path does if the gate is open, and else in the record. A handler's request
 * may let go, which opens the gate: not between the look and the count.
 */
static void count_allocation(struct pl_thread *thread, size_t size)
{
	bool before;

	let_go_unless_locked(thread);
	if (pl_hot_allocate(pl_hot_own_place(), size))
		return;
	before = pl_gate_stay_closed(thread, true);
	pl_counter_increment(&thread->allocations);
	pl_counter_add(&thread->bytes_requested, size);
	pl_gate_stay_closed(thread, before);
}

static void count_deallocation(struct pl_thread *thread, const void *block)
{
	bool locked = pl_phase_is_locked();

	let_go_unless_locked(thread);
	if (!pl_hot_release(pl_hot_own_place(), block)) {
		bool before = pl_gate_stay_closed(thread, true);

		pl_counter_increment(&thread->deallocations);
		pl_gate_stay_closed(thread, before);
	}
	if (!locked)
		return;
	pl_counter_increment(&thread->locked_deallocations);
	/* Not by the lock itself, which may come in a signal handler. Frees are bounded from here. */
	pl_backend_hold();
	set_holding(thread, true);
}

/*
 * As the hot path: counts, and returns whether the request passes. In INIT and behind an open gate
 * nobody else wants to know of it.
 */
PL_INLINE bool pass_at_once(size_t size)
{
	if (PL_UNLIKELY(!pl_hot_allocate(pl_phase_place(), size)))
		return false;
	pl_backend_let_go();
	return true;
}

/* What the backend gave a request that passed at once. */
PL_INLINE void *result_of(void *block)
{
	if (PL_UNLIKELY(block == NULL)) {
		errno = ENOMEM;
		pl_counter_increment(&pl_thread_self()->failed_allocations);
	}
	return block;
}

/* A request of a size, which one function of the backend serves. tells: of its failures too. */
PL_INLINE void *take(const struct pl_request *request, void *(*serve)(size_t size), bool tells)
{
	struct pl_thread *thread;
	enum outcome outcome = pass(&thread, request);

	if (outcome != SERVE)
		return refuse(outcome);
	count_allocation(thread, request->size);
	return finish(thread, request, tells ? NULL : &thread->failed_allocations,
		      serve(request->size));
}

void *pl_request_allocate(const char *function, size_t size, const void *caller)
{
	struct pl_request request = {.function = function, .size = size, .caller = caller};

	return take(&request, pl_backend_malloc, true);
}

void *pl_request_zeroed(const char *function, size_t size, const void *caller)
{
	struct pl_request request = {.function = function, .size = size, .caller = caller};

	if (PL_LIKELY(pass_at_once(size)))
		return result_of(pl_backend_calloc(size));
	return take(&request, pl_backend_calloc, false);
}

void *pl_request_aligned(const char *function, size_t alignment, size_t size, const void *caller)
{
	struct pl_request request = {
		.function = function, .size = size, .alignment = alignment, .caller = caller};
	struct pl_thread *thread;
	enum outcome outcome;

	if (PL_LIKELY(pass_at_once(size)))
		return result_of(pl_backend_aligned(alignment, size));
	outcome = pass(&thread, &request);
	if (outcome != SERVE)
		return refuse(outcome);
	count_allocation(thread, size);
	return finish(thread, &request, &thread->failed_allocations,
		      pl_backend_aligned(alignment, size));
}

/* What the thread holds, as a difference that only makes sense between two calls. */
static uint64_t held_bytes(struct pl_thread *thread)
{
	if (thread->exiting)
		pl_thread_keep_bytes(thread);
	return *thread->bytes.allocated - *thread->bytes.deallocated;
}

void *pl_request_realloc(const char *function, void *block, size_t size, const void *caller)
{
	struct pl_request request = {
		.function = function, .size = size, .old = block, .caller = caller};
	struct pl_thread *thread;
	enum outcome outcome = pass(&thread, &request);
	uint64_t held;
	void *moved;

	if (outcome != SERVE)
		return refuse(outcome);
	let_go_unless_locked(thread);
	pl_counter_increment(&thread->reallocations);
	pl_counter_add(&thread->bytes_requested, size);
	held = held_bytes(thread);
	moved = finish(thread, &request, &thread->failed_reallocations,
		       pl_backend_realloc(block, size));
	pl_counter_add(&thread->bytes_reallocated, held_bytes(thread) - held);
	return moved;
}

void pl_request_release(const char *function, void *block, const void *caller)
{
	struct pl_request request = {
		.function = function, .old = block, .caller = caller, .release = true};
	/*
	 * Nothing to free is no request, and no reason to register: libc frees nothing for a thread
	 * whose destructors have all run, when it is too late for ours.
	 */
	struct pl_thread *thread = block != NULL ? pl_thread_self() : pl_thread_registered();
	enum outcome outcome = SERVE;

	if ((thread != NULL && thread->probing) || (block != NULL && free_is_forbidden))
		outcome = judge(thread, &request);
	if (outcome != SERVE || block == NULL)
		return;
	/* Without a record the backend has none of the thread either: the block is lost. */
	if (thread == NULL)
		return;
	if (pl_watch_is_on(thread))
		pl_watch_release(thread, &request);
	count_deallocation(thread, block);
	pl_backend_free(block);
	if (thread->exiting)
		pl_thread_keep_bytes(thread);
}

/* Returns this thread's record if what was heard is to be counted: judged, and no probe. */
static struct pl_thread *hear(const struct pl_request *request, bool judged)
{
	struct pl_thread *thread = pl_thread_self();

	if (thread == NULL || (!judged && !thread->probing))
		return thread;
	return judge(thread, request) == PROBED ? NULL : thread;
}

void pl_request_heard_allocation(const void *block, size_t size, const void *caller)
{
	struct pl_request request = {
		.function = "allocation", .size = size, .caller = caller, .served = true};
	struct pl_thread *thread = hear(&request, true);

	if (thread == NULL)
		return;
	count_allocation(thread, size);
	if (block == NULL)
		pl_counter_increment(&thread->failed_allocations);
	if (pl_watch_is_on(thread))
		pl_watch_result(thread, &request, block);
}

void pl_request_heard_release(const void *block, const void *caller)
{
	struct pl_request request = {.function = "deallocation",
				     .old = block,
				     .caller = caller,
				     .release = true,
				     .served = true};
	struct pl_thread *thread = hear(&request, free_is_forbidden);

	if (thread == NULL)
		return;
	if (pl_watch_is_on(thread))
		pl_watch_release(thread, &request);
	count_deallocation(thread, block);
}

bool pl_request_probe(void)
{
	struct pl_thread *thread = pl_thread_registered();

	if (thread == NULL || !thread->probing)
		return false;
	thread->probe_hits++;
	return true;
}
