/* SPDX-License-Identifier: MIT */
/*
 * A violation inside the handler is recorded and reported as such. The policy decides on it, and
 * the handler is not called for it. The next violation outside calls the handler again.
 *
 * shows: PL-034
 * libc: glibc musl
 * run: {self}
 * environment: PHASELOCK_OPTIONS=policy=deny
 * exit: 0
 * stderr:
 * | phaselock: violation: calloc(20) while allocations are locked
 * |   thread {number} "handler_violate", 1st time at this site, inside the violation handler
 * |     #0 violate+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "handler_violate", 1st time at this site
 * |     #0 take+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: allowed (handler)
 * | phaselock: 6 violations at 2 sites, by count:
 * | phaselock:   3 x malloc  take+{hex} ({any}+{hex}) < {any}
 * | phaselock:   3 x calloc  violate+{hex} ({any}+{hex}) < {any}
 * run: {self}
 * environment: PHASELOCK_OPTIONS=policy=abort
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: calloc(20) while allocations are locked
 * |   thread {number} "handler_violate", 1st time at this site, inside the violation handler
 * |     #0 violate+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 */
#include "behaviour.h"

#include <stdlib.h>

static int calls, depth;

enum phaselock_verdict violate(const struct phaselock_violation *violation, void *context);
FRAME enum phaselock_verdict violate(const struct phaselock_violation *violation, void *context)
{
	(void)context;
	CHECK_EQUAL(depth++, 0);
	CHECK(strcmp(violation->function, "malloc") == 0);
	CHECK(opaque(calloc(4, 5)) == NULL);
	calls++;
	depth--;
	return PHASELOCK_ALLOW;
}

bool take(void);
FRAME bool take(void)
{
	void *block = opaque(malloc(10));

	free(block);
	return block != NULL;
}

int main(void)
{
	require_armed();
	phaselock_set_handler(violate, NULL);
	lock_allocations();
	for (volatile int i = 0; i < 3; i++)
		CHECK(take());
	CHECK_EQUAL(calls, 3);
	CHECK_EQUAL(get_stats().locked_attempts, 6);
	return 0;
}
