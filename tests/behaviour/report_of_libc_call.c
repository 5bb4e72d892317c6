/* SPDX-License-Identifier: MIT */
/*
 * A request that the C library makes for the program is reported with the whole way there: the
 * function of the C library, the program's own functions, and the name of the thread, whatever
 * bytes are in it.
 *
 * shows: PL-036
 * each: name=shown worker-2=worker-2 "say \"hi\"=say ?hi?"
 * run: {self} {name}
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(6) while allocations are locked
 * |   thread {number} "{shown}", 1st time at this site
 * |     #0 {any}strdup+{hex} ({any}+{hex})
 * |     #1 build_header+{hex} ({any}+{hex})
 * |     #2 worker+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_barrier_t locked;

char *build_header(void);
FRAME char *build_header(void)
{
	char *volatile header = strdup(opaque("hello"));

	return header;
}

void *worker(void *name);
FRAME void *worker(void *name)
{
	pthread_setname_np(pthread_self(), name);
	pthread_barrier_wait(&locked);
	free(build_header());
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	require_armed();
	CHECK(argc > 1);
	pthread_barrier_init(&locked, NULL, 2);
	CHECK_EQUAL(pthread_create(&thread, NULL, worker, argv[1]), 0);
	lock_allocations();
	pthread_barrier_wait(&locked);
	pthread_join(thread, NULL);
	return 0;
}
