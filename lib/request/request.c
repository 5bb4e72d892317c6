/* SPDX-License-Identifier: MIT */
/*
 * The way of a request that the hot path did not serve. It only orders the calls: judge, account,
 * backend. It must not know how libc treats sizes and alignments, nor how a violation is told.
 */
#include "request/request.h"

#include "backend/contract.h"
#include "request/count.h"
#include "thread/gate.h"
#include "request/moment.h"
#include "common/os.h"
#include "request/ruling.h"
#include "common/settings.h"
#include "thread/strays.h"
#include "thread/thread.h"
#include "reaction/hot_functions.h"
#include "reaction/violation.h"
#include "request/watch.h"

#include <errno.h>

void pl_request_forbid_free(bool forbid)
{
	pl_settings.free_is_forbidden = forbid;
}

/* hot: filled in if the ruling is PL_AGAINST_HOT. */
static enum pl_ruling ruling_for(const struct pl_thread *thread, const struct pl_request *request,
				 struct pl_hot_function *hot)
{
	enum pl_scope scope = pl_gate_scope(thread);
	bool permits = pl_phase_permits() || pl_gate_is_own(thread);
	enum pl_ruling ruling = pl_rule(scope, pl_phase_is_locked(), permits);

	if (pl_hot_functions_exist() && pl_rule_leaves_to_hot(scope, ruling, permits) &&
	    pl_hot_functions_find(request->caller, hot))
		return PL_AGAINST_HOT;
	return ruling;
}

/*
 * APART: the thread has no record and must not get one, because it is being registered, or frees.
 * pl_strays counts what it does.
 */
enum outcome { SERVE, REFUSE, PROBED, APART };

/*
 * If nothing forbids the request, a watch asked for the failure, which stands for a lack of memory.
 */
static enum outcome deny(struct pl_thread *thread, enum pl_ruling ruling)
{
	thread->denied = ruling != PL_GRANTED && ruling != PL_GRANTED_BY_PERMIT;
	return REFUSE;
}

static PL_COLD enum phaselock_verdict violate_hot(const struct pl_request *request,
						  const struct pl_hot_function *hot,
						  struct pl_thread *thread)
{
	struct pl_request under_hot = *request;

	under_hot.hot = hot;
	return pl_violation(&under_hot, PHASELOCK_CAUSE_HOT, thread);
}

static enum phaselock_verdict violate(const struct pl_request *request, enum pl_ruling ruling,
				      const struct pl_hot_function *hot, struct pl_thread *thread)
{
	if (ruling == PL_AGAINST_HOT)
		return violate_hot(request, hot, thread);
	return pl_violation(request,
			    ruling == PL_AGAINST_FORBID ? PHASELOCK_CAUSE_FORBID
							: PHASELOCK_CAUSE_PHASE,
			    thread);
}

/*
 * Carries out the ruling. Returns whether to serve or refuse the request, or that it was only a
 * probe.
 */
static PL_COLD enum outcome judge(struct pl_thread *thread, const struct pl_request *request)
{
	struct pl_hot_function hot;
	enum pl_ruling ruling;

	if (thread == NULL) /* it is being registered, or there is no memory even for a record */
		return pl_thread_is_entering() ? APART : REFUSE;
	if (pl_gate_is_probing(thread)) {
		thread->probe_hits++;
		return PROBED;
	}
	ruling = ruling_for(thread, request, &hot);
	if (!request->release && pl_watch_is_on(thread)) {
		enum phaselock_answer answer =
			pl_watch_request(thread, request, ruling != PL_GRANTED);

		if (answer == PHASELOCK_SERVE || (answer == PHASELOCK_FAIL && request->served))
			return SERVE;
		if (answer == PHASELOCK_FAIL)
			return deny(thread, ruling);
	}
	if (ruling == PL_GRANTED)
		return SERVE;
	if (ruling == PL_GRANTED_BY_PERMIT || pl_violation_ending()) {
		pl_record_add(thread, &thread->permitted_attempts, 1);
		return SERVE;
	}
	if (violate(request, ruling, &hot, thread) == PHASELOCK_ALLOW)
		return SERVE;
	return deny(thread, ruling);
}

bool pl_request_was_denied(void)
{
	const struct pl_thread *thread = pl_thread_registered();

	return thread != NULL && thread->denied;
}

/* Finds this thread's record, and whether to serve the request. */
static enum outcome pass(struct pl_thread **thread, const struct pl_request *request)
{
	*thread = pl_thread_self();
	pl_moment_look();
	if (pl_gate_is_open() && pl_phase_load() == PL_PHASE_INIT)
		return SERVE;
	return judge(*thread, request);
}

/* The end of a request, served or not. For an exiting thread it keeps the byte counts. */
static void *close_request(struct pl_thread *thread, const struct pl_request *request, void *block)
{
	if (pl_watch_is_on(thread))
		pl_watch_result(thread, request, block);
	if (thread->exiting)
		pl_thread_keep_bytes(thread);
	return block;
}

/* The same, with libc's error for lack of memory. */
static void *finish(struct pl_thread *thread, const struct pl_request *request,
		    pl_counter *failures, void *block)
{
	if (block == NULL) {
		errno = ENOMEM;
		thread->denied = false;
		if (failures != NULL) /* else the backend has told of the failure */
			pl_counter_increment(failures);
	}
	return close_request(thread, request, block);
}

static void *refuse(enum outcome outcome)
{
	if (outcome == PROBED)
		return pl_thread_probe_token;
	errno = ENOMEM;
	return NULL;
}

/* Counts what the backend gave a thread that is being registered: libc or the backend asked. */
static void *count_apart(size_t size, void *block)
{
	pl_strays_allocation(size);
	if (block == NULL)
		pl_record_add(&pl_strays, &pl_strays.failed_allocations, 1);
	return block;
}

/*
 * Counts, and returns whether the request passes, as the hot path does. It passes in INIT with an
 * open gate, where nobody else needs to know of it.
 */
PL_INLINE bool pass_at_once(size_t size)
{
	if (PL_UNLIKELY(!pl_hot_allocate(pl_phase_place(), size)))
		return false;
	pl_backend_let_go();
	return true;
}

/* Returns what the backend gave a request that passed at once. */
PL_INLINE void *result_of(void *block)
{
	if (PL_UNLIKELY(block == NULL)) {
		struct pl_thread *thread = pl_thread_self();

		errno = ENOMEM;
		thread->denied = false;
		pl_counter_increment(&thread->failed_allocations);
	}
	return block;
}

/* A request for a size. tells: the backend itself tells of failures. */
PL_INLINE void *take(const struct pl_request *request, void *(*serve)(size_t size), bool tells)
{
	struct pl_thread *thread;
	enum outcome outcome = pass(&thread, request);

	if (outcome == APART)
		return count_apart(request->size, serve(request->size));
	if (outcome != SERVE)
		return refuse(outcome);
	pl_count_allocation(thread, request->size);
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

/*
 * An unusual alignment may make the request fail, with the backend's error. Then it is not counted;
 * it counts only if it is served.
 */
void *pl_request_aligned(const char *function, enum pl_aligned kind, size_t alignment, size_t size,
			 const void *caller)
{
	struct pl_request request = {
		.function = function, .size = size, .alignment = alignment, .caller = caller};
	bool usual = pl_contract_is_usual(kind, alignment);
	struct pl_thread *thread;
	enum outcome outcome;
	void *block;

	if (PL_LIKELY(usual && pass_at_once(size)))
		return result_of(pl_backend_aligned(kind, alignment, size));
	outcome = pass(&thread, &request);
	if (outcome != SERVE && outcome != APART)
		return refuse(outcome);
	if (outcome == SERVE && usual)
		pl_count_allocation(thread, size);
	block = pl_backend_aligned(kind, alignment, size);
	if (outcome == APART)
		return usual || block != NULL ? count_apart(size, block) : NULL;
	if (usual)
		return finish(thread, &request, &thread->failed_allocations, block);
	if (block != NULL)
		pl_count_allocation(thread, size);
	return close_request(thread, &request, block);
}

void *pl_request_overflow(const char *function, size_t alignment, void *old, const void *caller)
{
	struct pl_request request = {.function = function,
				     .size = SIZE_MAX,
				     .alignment = alignment,
				     .old = old,
				     .caller = caller};
	struct pl_thread *thread = pl_thread_self();
	struct pl_hot_function hot;
	bool granted;

	pl_moment_look();
	granted = thread != NULL && !thread->probing &&
		  ruling_for(thread, &request, &hot) == PL_GRANTED;
	/* If nothing forbids it, nobody is told of it or counts it, because nobody serves it. */
	if (!granted && judge(thread, &request) == PROBED)
		return refuse(PROBED);
	errno = ENOMEM;
	return NULL;
}

/* The bytes that the thread holds. Only the difference between two calls makes sense. */
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

	if (outcome == APART) {
		pl_record_add(&pl_strays, &pl_strays.reallocations, 1);
		return pl_backend_realloc(block, size);
	}
	if (outcome != SERVE)
		return refuse(outcome);
	pl_count_let_go(thread);
	pl_counter_increment(&thread->reallocations);
	pl_counter_add(&thread->bytes_requested, size);
	held = held_bytes(thread);
	moved = finish(thread, &request, &thread->failed_reallocations,
		       pl_backend_realloc(block, size));
	pl_counter_add(&thread->bytes_reallocated, held_bytes(thread) - held);
	return moved;
}

/*
 * A free does not create a record for its thread. It may be libc's, for a thread whose destructors
 * have all run: the record would then point to memory that goes away. Exceptions: a thread that
 * frees a lot gets one, because it would be slow without; and every thread does while somebody
 * watches the process, because otherwise no watcher could be told.
 */
static struct pl_thread *who_frees(void)
{
	struct pl_thread *thread = pl_thread_registered();

	if (thread == NULL && (pl_strays_are_many() || pl_watch_of_process()))
		thread = pl_thread_self();
	return thread;
}

/* Returns whether a thread without a record may give a block back. */
static bool may_release_apart(const struct pl_request *request)
{
	return !pl_settings.free_is_forbidden || judge(&pl_strays, request) == SERVE;
}

void pl_request_release(const char *function, void *block, const void *caller)
{
	struct pl_request request = {
		.function = function, .old = block, .caller = caller, .release = true};
	struct pl_thread *thread = block != NULL ? who_frees() : pl_thread_registered();
	enum outcome outcome = SERVE;

	pl_moment_look();
	if (thread == NULL && block != NULL && may_release_apart(&request))
		pl_strays_deallocation(pl_backend_free_apart(block), pl_phase_is_locked());
	if (thread == NULL)
		return;
	if (pl_gate_is_probing(thread) || (block != NULL && pl_settings.free_is_forbidden))
		outcome = judge(thread, &request);
	if (outcome != SERVE || block == NULL)
		return;
	if (pl_watch_is_on(thread))
		pl_watch_release(thread, &request);
	pl_count_deallocation(thread, block);
	pl_backend_free(block);
	if (thread->exiting)
		pl_thread_keep_bytes(thread);
}

/* Whether to count what was heard: all but probes. Judges it if `judged` is set. */
static bool is_heard(struct pl_thread *thread, const struct pl_request *request, bool judged)
{
	if (thread == NULL)
		return false;
	return (!judged && !pl_gate_is_probing(thread)) || judge(thread, request) != PROBED;
}

void pl_request_heard_allocation(const void *block, size_t size, const void *caller)
{
	struct pl_request request = {
		.function = "allocation", .size = size, .caller = caller, .served = true};
	struct pl_thread *thread = pl_thread_self();

	pl_moment_look();
	if (!is_heard(thread, &request, true))
		return;
	pl_count_allocation(thread, size);
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
	struct pl_thread *thread = who_frees();

	pl_moment_look();
	if (thread == NULL && may_release_apart(&request))
		pl_strays_deallocation(0, pl_phase_is_locked());
	if (thread == NULL)
		return;
	if (!is_heard(thread, &request, pl_settings.free_is_forbidden))
		return;
	if (pl_watch_is_on(thread))
		pl_watch_release(thread, &request);
	pl_count_deallocation(thread, block);
}

bool pl_request_probe(void)
{
	struct pl_thread *thread = pl_thread_registered();

	if (thread == NULL || !pl_gate_is_probing(thread))
		return false;
	thread->probe_hits++;
	return true;
}
