/* SPDX-License-Identifier: MIT */
/*
 * While the heap is locked, a new thread's stack is a request: pthread_create() fails as when
 * memory is short. Reusing the stack of an ended thread is none. A pool of threads made before the
 * lock works on without a violation, and detached threads leave nothing behind.
 *
 * shows: PL-127
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=1
 * run: {self} fresh
 * exit: 0
 * stderr:
 * | phaselock: violation: calloc({number}) while allocations are locked
 * |   thread {number} "threads_locked", 1st time at this site
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x calloc  {any}
 * run: {self} {HOW}
 * each: HOW cached pool detached
 * exit: 0
 * timeout: 20
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#define WORKERS 4
#define TASKS 10000
#define DETACHED 10000
#define GROWTH_MAX 1048576 /* bytes; records and caches of 10,000 threads would be ten times that */

static void *nothing(void *unused)
{
	return unused;
}

static void fresh(void)
{
	pthread_t thread;

	lock_allocations();
	CHECK_EQUAL(pthread_create(&thread, NULL, nothing, NULL), EAGAIN);
	unlock_allocations();
	CHECK_EQUAL(get_stats().locked_attempts, 1);
}

static void cached(void)
{
	pthread_t thread;

	CHECK_EQUAL(pthread_create(&thread, NULL, nothing, NULL), 0);
	pthread_join(thread, NULL);
	lock_allocations();
	CHECK_EQUAL(pthread_create(&thread, NULL, nothing, NULL), 0);
	pthread_join(thread, NULL);
	unlock_allocations();
	CHECK_EQUAL(get_stats().locked_attempts, 0);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int waiting, finished; /* tasks, under the mutex; -1: no more will come */

static void *serve(void *unused)
{
	pthread_mutex_lock(&mutex);
	for (;;) {
		while (waiting == 0)
			pthread_cond_wait(&changed, &mutex);
		if (waiting < 0)
			break;
		waiting--;
		finished++;
		pthread_cond_broadcast(&changed);
	}
	pthread_mutex_unlock(&mutex);
	return unused;
}

static void pool(void)
{
	pthread_t workers[WORKERS];

	for (int i = 0; i < WORKERS; i++)
		CHECK_EQUAL(pthread_create(&workers[i], NULL, serve, NULL), 0);
	lock_allocations();
	pthread_mutex_lock(&mutex);
	for (int i = 0; i < TASKS; i++) {
		waiting++;
		pthread_cond_broadcast(&changed);
		if (waiting >= 2 * WORKERS)
			pthread_cond_wait(&changed, &mutex);
	}
	while (finished < TASKS)
		pthread_cond_wait(&changed, &mutex);
	waiting = -1;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(workers[i], NULL);
	unlock_allocations();
	CHECK_EQUAL(get_stats().locked_attempts, 0);
}

static atomic_int ended;

static void *allocate(void *unused)
{
	free(opaque(malloc(1000)));
	atomic_fetch_add(&ended, 1);
	return unused;
}

static void start_detached(int from, int to)
{
	pthread_attr_t attributes;

	CHECK_EQUAL(pthread_attr_init(&attributes), 0);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	for (int i = from; i < to; i++) {
		pthread_t thread;

		CHECK_EQUAL(pthread_create(&thread, &attributes, allocate, NULL), 0);
		while (atomic_load(&ended) <= i)
			sched_yield();
	}
	pthread_attr_destroy(&attributes);
}

static void detached(void)
{
	struct phaselock_stats begin = get_stats(), own_begin = thread_stats(), early, all, own;

	start_detached(0, DETACHED / 10);
	early = get_stats();
	start_detached(DETACHED / 10, DETACHED);
	while (get_stats().threads > 1)
		sched_yield();
	all = get_stats();
	CHECK(all.live_bytes < early.live_bytes + GROWTH_MAX);
	all = phaselock_stats_delta(&begin, &all);
	own = thread_stats_since(&own_begin);
	CHECK_EQUAL(all.allocations - own.allocations, DETACHED);
	CHECK_EQUAL(all.bytes_requested - own.bytes_requested, DETACHED * 1000);
}

int main(int argc, char **argv)
{
	require_armed();
	CHECK(argc > 1);
	if (strcmp(argv[1], "fresh") == 0)
		fresh();
	else if (strcmp(argv[1], "cached") == 0)
		cached();
	else if (strcmp(argv[1], "pool") == 0)
		pool();
	else
		detached();
	return 0;
}
