/* SPDX-License-Identifier: MIT */
/*
 * The promise of the lock: once lock_allocations() has returned and a thread knows it, each request
 * of that thread fails; eight threads allocate all the while. Afterwards every request is accounted
 * for exactly: granted ones in allocations, denied ones in locked_attempts and at their one site.
 *
 * shows: PL-010 PL-038 PL-042 PL-050
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:frames=1
 * exit: 0
 * timeout: 60
 * stderr:
 * | phaselock: {number} violations at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define THREADS 8
#define REQUESTS_BEFORE 1000 /* of each thread, before it says that it is under way */
#define REQUESTS_AFTER 2000  /* of each thread, after it was told of the lock */

static pthread_barrier_t under_way;
static atomic_bool told;

struct tally {
	uint64_t granted, denied;
};

FRAME static bool request(struct tally *tally)
{
	void *block = opaque(malloc(100));

	if (block != NULL)
		tally->granted++;
	else
		tally->denied++;
	free(block);
	return block != NULL;
}

static void *allocate(void *argument)
{
	struct tally *tally = argument;
	struct phaselock_stats begin = thread_stats(), did;

	for (int i = 0; i < REQUESTS_BEFORE; i++)
		CHECK(request(tally));
	pthread_barrier_wait(&under_way);
	/* acquire: pairs with the release of main, which comes after the lock */
	while (!atomic_load_explicit(&told, memory_order_acquire))
		request(tally);
	for (int i = 0; i < REQUESTS_AFTER; i++)
		CHECK(!request(tally));
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.allocations, tally->granted);
	CHECK_EQUAL(did.deallocations, tally->granted);
	CHECK_EQUAL(did.locked_attempts, tally->denied);
	return NULL;
}

int main(void)
{
	static struct tally tallies[THREADS];
	pthread_t threads[THREADS];
	struct phaselock_stats begin, own_begin, all, own;
	struct phaselock_violation site;
	struct tally sum = {0, 0};

	require_armed();
	pthread_barrier_init(&under_way, NULL, THREADS + 1);
	begin = get_stats();
	own_begin = thread_stats();
	for (int i = 0; i < THREADS; i++)
		CHECK_EQUAL(pthread_create(&threads[i], NULL, allocate, &tallies[i]), 0);
	pthread_barrier_wait(&under_way);
	lock_allocations();
	atomic_store_explicit(&told, true, memory_order_release);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		sum.granted += tallies[i].granted;
		sum.denied += tallies[i].denied;
	}
	all = get_stats();
	all = phaselock_stats_delta(&begin, &all);
	own = thread_stats_since(&own_begin); /* what pthread_create() asked for */
	CHECK_EQUAL(all.allocations - own.allocations, sum.granted);
	CHECK_EQUAL(all.deallocations - own.deallocations, sum.granted);
	CHECK_EQUAL(all.bytes_requested - own.bytes_requested, 100 * sum.granted);
	CHECK_EQUAL(all.bytes_allocated - own.bytes_allocated,
		    all.bytes_deallocated - own.bytes_deallocated);
	CHECK_EQUAL(all.locked_attempts, sum.denied);
	CHECK(sum.denied >= THREADS * REQUESTS_AFTER);
	CHECK_EQUAL(phaselock_get_violations(&site, 1), 1);
	CHECK_EQUAL(site.count, sum.denied);
	return 0;
}
