/* SPDX-License-Identifier: MIT */
/*
 * The program's handler of SIGABRT runs after the report, and its requests are served, so that it
 * can write a last message. The process still ends by SIGABRT.
 *
 * shows: PL-030
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "abort_runs_last", 1st time at this site
 * |     #0 main+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 * | farewell
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <signal.h>
#include <stdlib.h>

static void say_farewell(int signal)
{
	char *text = strdup("farewell\n");

	(void)signal;
	CHECK(text != NULL);
	say(text);
	free(text);
}

int main(void)
{
	require_armed();
	CHECK(signal(SIGABRT, say_farewell) != SIG_ERR);
	lock_allocations();
	return malloc(48) != NULL;
}
