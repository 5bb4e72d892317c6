/* SPDX-License-Identifier: MIT */
/*
 * The handler's verdict is carried out, against any policy, and the report says that the handler
 * decided. When it is removed, the policy decides again. A handler is called with the context that
 * it was installed with.
 *
 * shows: PL-030 PL-033 PL-036
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=policy=deny:frames=1
 * run: {self} allow
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "handler_decides", 1st time at this site
 * |     #0 take+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: allowed (handler)
 * | phaselock: 3 violations at 1 site, by count:
 * | phaselock:   3 x malloc  take+{hex} ({any}+{hex})
 * run: {self} deny
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "handler_decides", 1st time at this site
 * |     #0 take+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (handler)
 * | phaselock: 3 violations at 1 site, by count:
 * | phaselock:   3 x malloc  take+{hex} ({any}+{hex})
 * run: {self} abort
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "handler_decides", 1st time at this site
 * |     #0 take+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: aborting (handler)
 * run: {self} abort_at_the_third
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "handler_decides", 1st time at this site
 * |     #0 take+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: allowed (handler)
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "handler_decides", 3rd time at this site
 * |     #0 take+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: aborting (handler)
 */
#include "behaviour.h"

#include <stdlib.h>

struct plan {
	enum phaselock_verdict verdicts[3];
	unsigned length; /* of verdicts; then the handler is removed */
	unsigned calls;
};

static enum phaselock_verdict decide(const struct phaselock_violation *violation, void *context)
{
	struct plan *plan = context;

	CHECK_EQUAL(violation->count, plan->calls + 1);
	return plan->verdicts[plan->calls++];
}

bool take(void);
FRAME bool take(void)
{
	void *block = opaque(malloc(48));

	free(block);
	return block != NULL;
}

static struct plan plan_of(const char *name)
{
	if (strcmp(name, "allow") == 0)
		return (struct plan){{PHASELOCK_ALLOW, PHASELOCK_ALLOW}, 2, 0};
	if (strcmp(name, "deny") == 0)
		return (struct plan){{PHASELOCK_DENY, PHASELOCK_DENY}, 2, 0};
	if (strcmp(name, "abort") == 0)
		return (struct plan){{PHASELOCK_ABORT}, 1, 0};
	return (struct plan){{PHASELOCK_ALLOW, PHASELOCK_ALLOW, PHASELOCK_ABORT}, 3, 0};
}

int main(int argc, char **argv)
{
	struct plan plan;

	require_armed();
	CHECK(argc > 1);
	plan = plan_of(argv[1]);
	phaselock_set_handler(decide, &plan);
	lock_allocations();
	/* frames=1 makes one site of it, however often the compiler repeats the loop's body. */
	for (unsigned i = 0; i < 3; i++) {
		if (i == plan.length)
			phaselock_set_handler(NULL, NULL);
		CHECK_EQUAL(take(), i < plan.length && plan.verdicts[i] == PHASELOCK_ALLOW);
		CHECK_EQUAL(plan.calls, i < plan.length ? i + 1 : plan.length);
	}
	return 0;
}
