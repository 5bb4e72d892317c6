/* SPDX-License-Identifier: MIT */
/*
 * The child of a process with other threads has their counts and is alone. It can allocate, lock
 * and start threads of its own, whose statistics start at zero although their records were those of
 * the parent's threads.
 *
 * shows: PL-018 PL-050 PL-051
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>

#define THREADS 4

static pthread_barrier_t allocated, done;

static void *wait_with_a_block(void *unused)
{
	void *block = malloc(100);

	pthread_barrier_wait(&allocated);
	pthread_barrier_wait(&done);
	free(block);
	return unused;
}

static void *work_in_child(void *unused)
{
	CHECK_EQUAL(thread_stats().allocations + thread_stats().bytes_allocated, 0);
	free(malloc(100));
	CHECK_EQUAL(thread_stats().allocations, 1);
	return unused;
}

static void be_the_child(const struct phaselock_stats *parent)
{
	struct phaselock_stats begin = get_stats(), own = thread_stats(), all;
	pthread_t threads[2 * THREADS];

	CHECK_EQUAL(begin.threads, 1);
	CHECK_EQUAL(begin.allocations, parent->allocations);
	CHECK_EQUAL(begin.bytes_allocated, parent->bytes_allocated);
	CHECK_EQUAL(begin.live_bytes, parent->live_bytes);
	for (int i = 0; i < 2 * THREADS; i++)
		CHECK_EQUAL(pthread_create(&threads[i], NULL, work_in_child, NULL), 0);
	for (int i = 0; i < 2 * THREADS; i++)
		pthread_join(threads[i], NULL);
	all = get_stats();
	CHECK_EQUAL(all.threads, 1);
	all = phaselock_stats_delta(&begin, &all);
	own = thread_stats_since(&own);
	CHECK_EQUAL(all.allocations - own.allocations, 2 * THREADS);
	CHECK_EQUAL(all.bytes_requested - own.bytes_requested, 2 * THREADS * 100);
	lock_allocations();
	CHECK(opaque(malloc(100)) == NULL);
}

int main(void)
{
	pthread_t threads[THREADS];
	struct phaselock_stats stats;
	pid_t child;
	int status;

	require_armed();
	pthread_barrier_init(&allocated, NULL, THREADS + 1);
	pthread_barrier_init(&done, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++)
		CHECK_EQUAL(pthread_create(&threads[i], NULL, wait_with_a_block, NULL), 0);
	pthread_barrier_wait(&allocated);
	stats = get_stats();
	CHECK_EQUAL(stats.threads, THREADS + 1);
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		be_the_child(&stats);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK_EQUAL(get_stats().threads, THREADS + 1);
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_INIT);
	pthread_barrier_wait(&done);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
