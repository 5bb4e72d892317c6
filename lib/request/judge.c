/* SPDX-License-Identifier: MIT */
/*
 * Judges a request: asks the ruling, the watchers and the functions that must not allocate, and
 * carries the verdict out. It must not know who serves the request.
 */
#include "request/judge.h"

#include "common/settings.h"
#include "reaction/violation.h"
#include "thread/gate.h"
#include "thread/phase.h"

enum pl_ruling pl_judge_ruling(const struct pl_thread *thread, const struct pl_request *request,
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
 * If nothing forbids the request, a watch asked for the failure, which stands for a lack of memory.
 */
static enum pl_outcome deny(struct pl_thread *thread, enum pl_ruling ruling)
{
	thread->denied = ruling != PL_GRANTED && ruling != PL_GRANTED_BY_PERMIT;
	return PL_REFUSE;
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

PL_COLD enum pl_outcome pl_judge(struct pl_thread *thread, const struct pl_request *request)
{
	struct pl_hot_function hot;
	enum pl_ruling ruling;

	if (thread == NULL) /* it is being registered, or there is no memory even for a record */
		return pl_thread_is_entering() ? PL_APART : PL_REFUSE;
	if (pl_gate_is_probing(thread)) {
		thread->probe_hits++;
		return PL_PROBED;
	}
	ruling = pl_judge_ruling(thread, request, &hot);
	if (!request->release && pl_watch_is_on(thread)) {
		enum phaselock_answer answer =
			pl_watch_request(thread, request, ruling != PL_GRANTED);

		if (answer == PHASELOCK_SERVE || (answer == PHASELOCK_FAIL && request->served))
			return PL_SERVE;
		if (answer == PHASELOCK_FAIL)
			return deny(thread, ruling);
	}
	if (ruling == PL_GRANTED)
		return PL_SERVE;
	if (ruling == PL_GRANTED_BY_PERMIT || pl_violation_ending()) {
		pl_record_add(thread, &thread->permitted_attempts, 1);
		return PL_SERVE;
	}
	if (violate(request, ruling, &hot, thread) == PHASELOCK_ALLOW)
		return PL_SERVE;
	return deny(thread, ruling);
}
