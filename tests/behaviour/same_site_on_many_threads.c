/* SPDX-License-Identifier: MIT */
/*
 * The same site a thousand times on each of eight threads at once is one site: one report, and the
 * exact count in the statistics, in phaselock_get_violations() and in the closing table.
 *
 * shows: PL-037 PL-038 PL-039 PL-042
 * libc: glibc musl
 * each: policy=deed deny=denied allow=allowed
 * environment: PHASELOCK_OPTIONS=policy={policy}
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(64) while allocations are locked
 * |   thread {number} "same_site_on_ma", 1st time at this site
 * |     #0 violate+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: {deed} (policy={policy})
 * | phaselock: 8000 violations at 1 site, by count:
 * | phaselock:   8000 x malloc  violate+{hex} ({any}+{hex}) < {any}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <stdlib.h>

#define THREADS 8
#define TIMES 1000

static pthread_barrier_t start;

void *violate(void *unused);
FRAME void *violate(void *unused)
{
	pthread_barrier_wait(&start);
	/* volatile: the body is in one place, however the compiler unrolls loops */
	for (volatile int i = 0; i < TIMES; i++)
		free(opaque(malloc(64)));
	CHECK_EQUAL(thread_stats().locked_attempts, TIMES);
	return unused;
}

int main(void)
{
	struct phaselock_violation site;
	pthread_t threads[THREADS];

	require_armed();
	pthread_barrier_init(&start, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++)
		CHECK_EQUAL(pthread_create(&threads[i], NULL, violate, NULL), 0);
	lock_allocations();
	pthread_barrier_wait(&start);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	CHECK_EQUAL(get_stats().locked_attempts, THREADS * TIMES);
	CHECK_EQUAL(phaselock_get_violations(&site, 1), 1);
	CHECK_EQUAL(site.count, THREADS * TIMES);
	CHECK_EQUAL(site.sequence <= THREADS, true);
	CHECK(strcmp(site.function, "malloc") == 0);
	CHECK_EQUAL(site.size, 64);
	return 0;
}
