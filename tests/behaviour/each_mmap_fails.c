/* SPDX-License-Identifier: MIT */
/*
 * Every mmap() of memory in a process fails in the kernel in turn, alone or with all that follow,
 * whoever makes it: the library, its allocator, or libc for a stack. A program that checks its
 * results goes on: it starts forty threads at a time, more than there are records for, and the
 * counts are what the threads got and gave back. sqlite3 says that memory is out, and ends; so does
 * a program that makes detached threads or forks. Nothing crashes.
 *
 * shows: PL-118
 * needs: gcc
 * timeout: 120
 * exit: 0
 * run: {source}/tests/behaviour/parts/each_mmap.sh {MODE} "" "" {self}
 * each: MODE once on
 * run: {source}/tests/behaviour/parts/each_mmap.sh {MODE} {build}/{library} "1 7" sqlite3
 *     :memory: "create table t(a,b); with recursive n(i) as (select 1 union all select i+1 from n
 *     where i<3000) insert into t select i, hex(randomblob(100)) from n; create index x on t(b);
 *     select count(*) from t"
 * needs: sqlite3
 * backend: jemalloc
 * each: MODE once on
 * each: library libphaselock.so libphaselock-system.so
 * run: {source}/tests/behaviour/parts/each_mmap.sh {MODE} {build}/{library} 1
 *     {build}/tests/command/preloads/program {deed}
 * backend: jemalloc
 * each: MODE once on
 * each: library libphaselock.so libphaselock-system.so
 * each: deed threads fork-beside
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define THREADS 40
#define BLOCKS 24

static _Atomic uint64_t got, given_back;
static pthread_barrier_t all_here;

static void *ask(size_t i, size_t size)
{
	switch (i % 4) {
	case 0:
		return malloc(size);
	case 1:
		return calloc(1, size);
	case 2:
		return realloc(NULL, size);
	default:
		return aligned_alloc(64, size);
	}
}

static void work(void)
{
	void *blocks[BLOCKS];

	for (size_t i = 0; i < BLOCKS; i++) {
		size_t size = 16u << (i % 12); /* to 32 KiB */

		errno = 0;
		blocks[i] = opaque(ask(i, size));
		if (blocks[i] == NULL) {
			CHECK_EQUAL(errno, ENOMEM);
			continue;
		}
		got++;
		memset(blocks[i], (int)i, size);
	}
	for (size_t i = 0; i < BLOCKS; i++) {
		if (blocks[i] == NULL)
			continue;
		CHECK(is_filled(blocks[i], (int)i, 16u << (i % 12)));
		free(blocks[i]);
		given_back++;
	}
}

/* libc must make no request in between: threads start before, and end after. */
static void *run(void *unused)
{
	pthread_barrier_wait(&all_here);
	work();
	pthread_barrier_wait(&all_here);
	return unused;
}

int main(void)
{
	pthread_t thread[THREADS];
	struct phaselock_stats begin, now;

	CHECK(pthread_barrier_init(&all_here, NULL, THREADS + 1) == 0);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, run, NULL) != 0)
			return 0; /* libc had no memory for it: an orderly end */
	begin = get_stats();
	pthread_barrier_wait(&all_here);
	pthread_barrier_wait(&all_here);
	now = get_stats();
	now = phaselock_stats_delta(&begin, &now);
	/* A thread without a record is refused, and nothing of it is counted. */
	CHECK_EQUAL(now.allocations - now.failed_allocations, got);
	CHECK_EQUAL(now.deallocations, given_back);
	CHECK_EQUAL(now.live_allocations, begin.live_allocations);
	CHECK(now.reallocations == 0);
	CHECK(now.allocations <= THREADS * BLOCKS);
	return 0;
}
