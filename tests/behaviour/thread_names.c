/* SPDX-License-Identifier: MIT */
/*
 * A program that refers to prctl() could put itself under a filter of system calls. So the library
 * asks for the names of its threads only where each report opens a file anyway. On stderr the
 * threads have the name that the process had at the start, in the report and in the record.
 * handler_sees.c is a program without such a reference.
 *
 * shows: PL-537
 * run: {self} thread_names
 * environment: PHASELOCK_OPTIONS=policy=allow
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "thread_names", 1st time at this site
 * | {details}
 * |   locked {number} us before by thread {number} "thread_names":
 * | {details}
 * | phaselock: allowed (policy=allow)
 * | {lines}
 * run: sh -c '{self} worker-7 && sed -n "s/.*thread [0-9]\\+ /thread /p" reports'
 * environment: PHASELOCK_OPTIONS=policy=allow:report=reports
 * exit: 0
 * stdout:
 * | thread "worker-7", 1st time at this site
 * | thread "worker-7":
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>

static void *work(void *unused)
{
	prctl(PR_SET_NAME, "worker-7");
	lock_allocations();
	free(opaque(malloc(10)));
	unlock_allocations();
	return unused;
}

int main(int argc, char **argv)
{
	struct phaselock_violation site;
	pthread_t thread;

	require_armed();
	CHECK(argc == 2);
	CHECK_EQUAL(pthread_create(&thread, NULL, work, NULL), 0);
	pthread_join(thread, NULL);
	CHECK_EQUAL(phaselock_get_violations(&site, 1), 1);
	CHECK(strcmp(site.thread_name, argv[1]) == 0);
	return 0;
}
