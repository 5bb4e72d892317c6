/* SPDX-License-Identifier: MIT */
/*
 * The order of the reaction: record the violation, call the handler, report, and only then end the
 * process. A safety monitor that the handler notifies hears of it before a byte of the report is
 * written, and the handler finds the violation among the recorded ones.
 *
 * shows: PL-030 PL-033 PL-203
 * exit: SIGABRT
 * stderr:
 * | handler: recorded 1, counted 1, last is this one
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "reaction_order", 1st time at this site
 * |     #0 main+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: aborting (handler)
 * | SIGABRT
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <signal.h>
#include <stdlib.h>

static enum phaselock_verdict tell_monitor(const struct phaselock_violation *violation,
					   void *context)
{
	struct phaselock_violation recorded;
	struct phaselock_stats stats;

	(void)context;
	phaselock_get_stats(&stats, sizeof(stats));
	if (phaselock_get_violations(&recorded, 1) == 1 &&
	    recorded.sequence == violation->sequence && stats.locked_attempts == 1 &&
	    phaselock_last_violation->sequence == violation->sequence)
		say("handler: recorded 1, counted 1, last is this one\n");
	return PHASELOCK_ABORT;
}

static void at_abort(int signal)
{
	(void)signal;
	say("SIGABRT\n");
}

int main(void)
{
	void *volatile block;

	require_armed();
	signal(SIGABRT, at_abort);
	phaselock_set_policy(PHASELOCK_ALLOW);
	phaselock_set_handler(tell_monitor, NULL);
	lock_allocations();
	block = malloc(10);
	free(block);
	return 0;
}
