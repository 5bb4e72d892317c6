/* SPDX-License-Identifier: MIT */
/*
 * A million violations at 40 sites, from eight threads at once. None is lost in the statistics, in
 * the sites, or in the closing table, which comes once. There are as many reports as max_reports
 * says, each whole.
 *
 * shows: PL-190 PL-037 PL-042
 * timeout: 60
 * each: policy=deed=count deny=denied=1000000 allow=allowed=200000
 * run: sh -c '{self} {count} 2> err && grep -c "^phaselock: violation: malloc(16) while" err &&
 *     grep -c "^  thread [0-9]* .*, 1st time at this site$" err &&
 *     grep -c "^phaselock: {deed} (policy={policy})$" err && grep -c "^  locked " err &&
 *     grep "by count:$" err && grep -c "^phaselock:   [0-9]* x malloc  " err && tail -n 1 err'
 * environment: PHASELOCK_OPTIONS=policy={policy}
 * exit: 0
 * stdout:
 * | 20
 * | 20
 * | 20
 * | 20
 * | phaselock: {count} violations at 40 sites, by count:
 * | 20
 * | phaselock:   and 20 sites more (max_reports=20)
 */
#define _GNU_SOURCE
#include "paths.h"

#include <pthread.h>
#include <stdlib.h>

#define THREADS 8
#define SITES 40
#define DEPTH 6 /* 2^6 paths, of which 40 are taken */

static pthread_barrier_t start;
static unsigned rounds;

FRAME static void ask(void)
{
	free(opaque(malloc(16)));
}

FRAME static void *flood(void *unused)
{
	pthread_barrier_wait(&start);
	/* volatile: the body is in one place, however the compiler unrolls loops */
	for (volatile unsigned round = 0; round < rounds; round++)
		for (volatile unsigned path = 0; path < SITES; path++)
			paths_descend(path, DEPTH, ask);
	CHECK_EQUAL(thread_stats().locked_attempts, rounds * SITES);
	return unused;
}

int main(int argc, char **argv)
{
	struct phaselock_violation sites[SITES];
	pthread_t threads[THREADS];

	require_armed();
	CHECK(argc > 1);
	rounds = (unsigned)atoi(argv[1]) / (THREADS * SITES);
	pthread_barrier_init(&start, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++)
		CHECK_EQUAL(pthread_create(&threads[i], NULL, flood, NULL), 0);
	lock_allocations();
	pthread_barrier_wait(&start);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	unlock_allocations();
	CHECK_EQUAL(get_stats().locked_attempts, THREADS * rounds * SITES);
	CHECK_EQUAL(phaselock_get_violations(sites, SITES), SITES);
	for (int i = 0; i < SITES; i++)
		CHECK_EQUAL(sites[i].count, THREADS * rounds);
	return 0;
}
