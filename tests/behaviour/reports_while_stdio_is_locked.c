/* SPDX-License-Identifier: MIT */
/*
 * A report takes no lock of stdio: it is written while another thread holds those of stderr and
 * stdout, and while this one holds them itself.
 *
 * shows: PL-040
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=policy=deny:frames=1
 * exit: 0
 * timeout: 20
 * stderr:
 * | phaselock: violation: malloc(1) while allocations are locked
 * |   thread {number} "reports_while_s", 1st time at this site
 * |     #0 request_while_held_elsewhere+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: malloc(2) while allocations are locked
 * |   thread {number} "reports_while_s", 1st time at this site
 * |     #0 request_while_held_here+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 2 violations at 2 sites, by count:
 * | phaselock:   1 x malloc  request_while_held_elsewhere+{hex} ({any}+{hex})
 * | phaselock:   1 x malloc  request_while_held_here+{hex} ({any}+{hex})
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_barrier_t turn;

static void *hold(void *unused)
{
	flockfile(stderr);
	flockfile(stdout);
	pthread_barrier_wait(&turn);
	pthread_barrier_wait(&turn); /* main has made its report */
	funlockfile(stdout);
	funlockfile(stderr);
	return unused;
}

void request_while_held_elsewhere(void);
FRAME void request_while_held_elsewhere(void)
{
	CHECK(ftrylockfile(stderr) != 0);
	CHECK(opaque(malloc(1)) == NULL);
}

void request_while_held_here(void);
FRAME void request_while_held_here(void)
{
	flockfile(stderr);
	flockfile(stdout);
	CHECK(opaque(malloc(2)) == NULL);
	funlockfile(stdout);
	funlockfile(stderr);
}

int main(void)
{
	pthread_t thread;

	require_armed();
	pthread_barrier_init(&turn, NULL, 2);
	CHECK_EQUAL(pthread_create(&thread, NULL, hold, NULL), 0);
	lock_allocations();
	pthread_barrier_wait(&turn);
	request_while_held_elsewhere();
	pthread_barrier_wait(&turn);
	pthread_join(thread, NULL);
	request_while_held_here();
	return 0;
}
