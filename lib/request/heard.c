/* SPDX-License-Identifier: MIT */
/*
 * Requests that another allocator serves: judged and counted like ours, but never refused.
 */
#include "request/heard.h"

#include "common/settings.h"
#include "reaction/violation.h"
#include "request/count.h"
#include "request/judge.h"
#include "request/moment.h"
#include "request/recorded.h"
#include "request/watch.h"
#include "thread/gate.h"
#include "thread/phase.h"
#include "thread/strays.h"
#include "thread/thread.h"

/* Whether to count what was heard: all but probes. Judges it if `judged` is set. */
static bool is_heard(struct pl_thread *thread, const struct pl_request *request, bool judged)
{
	if (thread == NULL)
		return false;
	return (!judged && !pl_gate_is_probing(thread)) || pl_judge(thread, request) != PL_PROBED;
}

void pl_heard_allocation(const void *block, size_t size, const void *caller)
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
	pl_recorded_result(thread, &request, block);
	if (pl_watch_is_on(thread))
		pl_watch_result(thread, &request, block);
}

static void release_elsewhere(void *block)
{
	(void)block;
}

void pl_heard_release(const void *block, const void *caller)
{
	struct pl_request request = {.function = "deallocation",
				     .old = block,
				     .caller = caller,
				     .release = true,
				     .served = true};
	struct pl_thread *thread = pl_judge_who_frees();

	pl_moment_look();
	if (thread == NULL && pl_judge_release_apart(&request))
		pl_strays_deallocation(0, pl_phase_is_locked());
	if (block != NULL)
		pl_recorded_release(thread, (void *)(uintptr_t)block, release_elsewhere);
	if (thread == NULL)
		return;
	if (!is_heard(thread, &request, pl_settings.free_is_forbidden))
		return;
	if (pl_watch_is_on(thread))
		pl_watch_release(thread, &request);
	pl_count_deallocation(thread, block);
}
