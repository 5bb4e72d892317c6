/* SPDX-License-Identifier: MIT */
/*
 * The way of a request that the hot path did not serve. It only orders the calls: judge, account,
 * backend. It must not know how libc treats sizes and alignments, nor how a violation is told.
 */
#include "request/request.h"

#include "backend/contract.h"
#include "request/count.h"
#include "thread/gate.h"
#include "request/judge.h"
#include "request/moment.h"
#include "request/recorded.h"
#include "common/os.h"
#include "common/settings.h"
#include "thread/strays.h"
#include "thread/thread.h"
#include "reaction/violation.h"
#include "request/watch.h"

#include <errno.h>

void pl_request_forbid_free(bool forbid)
{
	pl_settings.free_is_forbidden = forbid;
}

bool pl_request_was_denied(void)
{
	const struct pl_thread *thread = pl_thread_registered();

	return thread != NULL && thread->denied;
}

/* Finds this thread's record, and whether to serve the request. */
static enum pl_outcome pass(struct pl_thread **thread, const struct pl_request *request)
{
	*thread = pl_thread_self();
	pl_moment_look();
	if (pl_gate_is_open() && pl_phase_load() == PL_PHASE_INIT)
		return PL_SERVE;
	return pl_judge(*thread, request);
}

/* The end of a request, served or not. For an exiting thread it keeps the byte counts. */
PL_INLINE void *close_request(struct pl_thread *thread, const struct pl_request *request,
			      void *block)
{
	pl_recorded_result(thread, request, block);
	if (pl_watch_is_on(thread))
		pl_watch_result(thread, request, block);
	if (thread->exiting)
		pl_thread_keep_bytes(thread);
	return block;
}

/* The same, with libc's error for lack of memory. */
PL_INLINE void *finish(struct pl_thread *thread, const struct pl_request *request,
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

static void *refuse(enum pl_outcome outcome)
{
	if (outcome == PL_PROBED)
		return pl_thread_probe_token;
	errno = ENOMEM;
	return NULL;
}

/* Counts what the backend gave a thread that is being registered: libc or the backend asked. */
static void *count_apart(const struct pl_request *request, void *block)
{
	pl_strays_allocation(request->size);
	pl_recorded_result(NULL, request, block);
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
	enum pl_outcome outcome = pass(&thread, request);

	if (outcome == PL_APART)
		return count_apart(request, serve(request->size));
	if (outcome != PL_SERVE)
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
	enum pl_outcome outcome;
	void *block;

	if (PL_LIKELY(usual && pass_at_once(size)))
		return result_of(pl_backend_aligned(kind, alignment, size));
	outcome = pass(&thread, &request);
	if (outcome != PL_SERVE && outcome != PL_APART)
		return refuse(outcome);
	if (outcome == PL_SERVE && usual)
		pl_count_allocation(thread, size);
	block = pl_backend_aligned(kind, alignment, size);
	if (outcome == PL_APART)
		return usual || block != NULL ? count_apart(&request, block) : NULL;
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
		  pl_judge_ruling(thread, &request, &hot) == PL_GRANTED;
	/* If nothing forbids it, nobody is told of it or counts it, because nobody serves it. */
	if (!granted && pl_judge(thread, &request) == PL_PROBED)
		return refuse(PL_PROBED);
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
	enum pl_outcome outcome = pass(&thread, &request);
	uint64_t held;
	void *moved;

	if (outcome == PL_APART) {
		pl_record_add(&pl_strays, &pl_strays.reallocations, 1);
		moved = pl_recorded_realloc(NULL, block, size);
		pl_recorded_result(NULL, &request, moved);
		return moved;
	}
	if (outcome != PL_SERVE)
		return refuse(outcome);
	pl_count_let_go(thread);
	pl_counter_increment(&thread->reallocations);
	pl_counter_add(&thread->bytes_requested, size);
	held = held_bytes(thread);
	moved = finish(thread, &request, &thread->failed_reallocations,
		       pl_recorded_realloc(thread, block, size));
	pl_counter_add(&thread->bytes_reallocated, held_bytes(thread) - held);
	return moved;
}

static void release_apart(void *block)
{
	pl_strays_deallocation(pl_backend_free_apart(block), pl_phase_is_locked());
}

void pl_request_release(const char *function, void *block, const void *caller)
{
	struct pl_request request = {
		.function = function, .old = block, .caller = caller, .release = true};
	struct pl_thread *thread = block != NULL ? pl_judge_who_frees() : pl_thread_registered();
	enum pl_outcome outcome = PL_SERVE;

	pl_moment_look();
	if (thread == NULL && block != NULL && pl_judge_release_apart(&request))
		pl_recorded_release(NULL, block, release_apart);
	if (thread == NULL)
		return;
	if (pl_gate_is_probing(thread) || (block != NULL && pl_settings.free_is_forbidden))
		outcome = pl_judge(thread, &request);
	if (outcome != PL_SERVE || block == NULL)
		return;
	if (pl_watch_is_on(thread))
		pl_watch_release(thread, &request);
	pl_count_deallocation(thread, block);
	pl_recorded_release(thread, block, pl_backend_free);
	if (thread->exiting)
		pl_thread_keep_bytes(thread);
}

bool pl_request_probe(void)
{
	struct pl_thread *thread = pl_thread_registered();

	if (thread == NULL || !pl_gate_is_probing(thread))
		return false;
	thread->probe_hits++;
	return true;
}
