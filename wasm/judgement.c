/* SPDX-License-Identifier: MIT */
/*
 * Keeps the guard's state and judges requests by it. It must not know who changes the state
 * (guard.c), nor what follows from a judgement (violation.c).
 */
#include "guard.h"

struct pl_guard pl_guard;

enum pl_scope pl_innermost_scope(void)
{
	return pl_guard.scopes <= 1 ? PL_SCOPE_NONE : (enum pl_scope)(pl_guard.scopes & 1);
}

/* A permit scope holds in a locked phase; in a sealed one only if the seal says so. */
static bool permits_hold(void)
{
	return pl_guard.phase != PHASELOCK_SEALED || !pl_guard.seal_ends_permits;
}

enum pl_judgement pl_judge(const struct pl_request *request)
{
	enum pl_scope scope = pl_innermost_scope();

	if (request->release && !pl_guard.settings.forbid_free)
		return PL_FREE_TO_GO;
	if (scope == PL_SCOPE_FORBID)
		return PL_FORBIDDEN_BY_SCOPE;
	if (pl_guard.phase == PHASELOCK_INIT)
		return PL_FREE_TO_GO;
	if (scope == PL_SCOPE_PERMIT && permits_hold())
		return PL_PERMITTED;
	return PL_FORBIDDEN_BY_PHASE;
}
