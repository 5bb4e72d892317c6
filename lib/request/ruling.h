/* SPDX-License-Identifier: MIT */
/*
 * What the scopes and the phase say to a request. The function is pure, so that it can be proved
 * separately. It must not know what is done about the ruling.
 */
#ifndef PL_RULING_H
#define PL_RULING_H

#include "thread/gate.h"

enum pl_ruling {
	PL_GRANTED,
	PL_GRANTED_BY_PERMIT,
	PL_AGAINST_PHASE,
	PL_AGAINST_FORBID,
	PL_AGAINST_HOT, /* it is under a function that must not allocate */
};

/* permits: whether permit scopes hold in a locked phase. */
static inline enum pl_ruling pl_rule(enum pl_scope scope, bool locked, bool permits)
{
	if (scope == PL_SCOPE_FORBID)
		return PL_AGAINST_FORBID;
	if (!locked)
		return PL_GRANTED;
	return scope == PL_SCOPE_PERMIT && permits ? PL_GRANTED_BY_PERMIT : PL_AGAINST_PHASE;
}

/*
 * Whether what a function must not do is a violation, by what was ruled without it. A permit scope
 * grants that, too. A forbid scope is the nearer reason; a locked phase is not.
 */
static inline bool pl_rule_leaves_to_hot(enum pl_scope scope, enum pl_ruling ruling, bool permits)
{
	return ruling != PL_AGAINST_FORBID && !(scope == PL_SCOPE_PERMIT && permits);
}

#endif
