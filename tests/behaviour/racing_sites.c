/* SPDX-License-Identifier: MIT */
/*
 * Threads meet the same new sites at the same moment: each site is kept once, however many threads
 * found it, and none is lost to the others' attempts. There are 896 sites, of 1024 that are kept;
 * their counts add up to locked_attempts.
 *
 * shows: PL-530
 * each: threads 1 2 3 8
 * run: {self} {threads}
 * environment: PHASELOCK_OPTIONS=policy=allow:max_reports=0:frames=32
 * timeout: 60
 * exit: 0
 * stderr:
 * | phaselock: {number} violations at 896 sites, by count:
 * | phaselock:   and 896 sites more (max_reports=0)
 */
#define _GNU_SOURCE
#include "paths.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#define SITES 896
#define DEPTH 10
#define THREADS_MAX 8

static unsigned threads;
static atomic_uint arrived;

/* A barrier that spins, so that all threads go on at the same moment: none has to wake up. */
static void meet(unsigned turn)
{
	atomic_fetch_add(&arrived, 1);
	for (unsigned looks = 1; atomic_load(&arrived) < (turn + 1) * threads; looks++)
		if (looks % 10000 == 0) /* more threads than processors */
			sched_yield();
}

FRAME static void ask(void)
{
	free(opaque(malloc(16)));
}

static void *violate(void *unused)
{
	for (volatile unsigned path = 0; path < SITES; path++) {
		meet(path);
		paths_descend(path, DEPTH, ask);
	}
	return unused;
}

int main(int argc, char **argv)
{
	static struct phaselock_violation sites[PHASELOCK_SITES_MAX];
	pthread_t running[THREADS_MAX];
	uint64_t counted = 0;

	require_armed();
	CHECK(argc == 2);
	threads = (unsigned)atoi(argv[1]);
	CHECK(threads >= 1 && threads <= THREADS_MAX);
	phaselock_permit_begin(); /* this thread only starts the others */
	lock_allocations();
	for (unsigned i = 0; i < threads; i++)
		CHECK_EQUAL(pthread_create(&running[i], NULL, violate, NULL), 0);
	for (unsigned i = 0; i < threads; i++)
		pthread_join(running[i], NULL);
	CHECK_EQUAL(phaselock_get_violations(sites, PHASELOCK_SITES_MAX), SITES);
	for (unsigned i = 0; i < SITES; i++) {
		CHECK_EQUAL(sites[i].count, threads);
		CHECK(i == 0 || sites[i].sequence > sites[i - 1].sequence);
		counted += sites[i].count;
	}
	CHECK_EQUAL(get_stats().locked_attempts, counted);
	return 0;
}
