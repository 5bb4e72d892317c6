/* SPDX-License-Identifier: MIT */
/*
 * The counts of a thread that has ended stay in the process's statistics, exactly, and the number
 * of threads goes down. Another thread may free the blocks of a thread.
 *
 * shows: PL-050
 * libc: glibc musl
 * exit: 0
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#define THREADS 8
#define BLOCKS 100

static pthread_barrier_t allocated, looked_at;

static void *allocate(void *argument)
{
	void **blocks = argument;

	for (size_t i = 0; i < BLOCKS; i++)
		blocks[i] = malloc(i + 1);
	pthread_barrier_wait(&allocated);
	pthread_barrier_wait(&looked_at);
	return NULL;
}

int main(void)
{
	static void *blocks[THREADS][BLOCKS];
	pthread_t threads[THREADS];
	struct phaselock_stats begin, own_begin, during, all, own;
	uint64_t usable = 0;

	require_armed();
	pthread_barrier_init(&allocated, NULL, THREADS + 1);
	pthread_barrier_init(&looked_at, NULL, THREADS + 1);
	begin = get_stats();
	own_begin = thread_stats();
	CHECK_EQUAL(begin.threads, 1);
	for (int i = 0; i < THREADS; i++)
		CHECK_EQUAL(pthread_create(&threads[i], NULL, allocate, blocks[i]), 0);
	pthread_barrier_wait(&allocated);
	during = get_stats();
	CHECK_EQUAL(during.threads, THREADS + 1);
	pthread_barrier_wait(&looked_at);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);

	own = thread_stats_since(&own_begin);
	all = get_stats();
	CHECK_EQUAL(all.threads, 1);
	CHECK_EQUAL(all.allocations, during.allocations);
	CHECK_EQUAL(all.bytes_allocated, during.bytes_allocated);
	all = phaselock_stats_delta(&begin, &all);
	for (int i = 0; i < THREADS; i++)
		for (size_t j = 0; j < BLOCKS; j++)
			usable += malloc_usable_size(blocks[i][j]);
	CHECK_EQUAL(all.allocations - own.allocations, THREADS * BLOCKS);
	CHECK_EQUAL(all.bytes_requested - own.bytes_requested, THREADS * BLOCKS * (BLOCKS + 1) / 2);
	CHECK_EQUAL(all.bytes_allocated - own.bytes_allocated, usable);

	own_begin = thread_stats();
	for (int i = 0; i < THREADS; i++)
		for (size_t j = 0; j < BLOCKS; j++)
			free(blocks[i][j]);
	own = thread_stats_since(&own_begin);
	CHECK_EQUAL(own.deallocations, THREADS * BLOCKS);
	CHECK_EQUAL(own.bytes_deallocated, usable);
	return 0;
}
