/* SPDX-License-Identifier: MIT */
/*
 * A destructor of thread-specific data that runs after the library's own still has its requests
 * judged and counted, bytes included, in every round of destructors that the C library makes.
 *
 * shows: PL-019 PL-050 PL-051
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#define ROUNDS 3 /* after the first; the C library makes at least four */

static pthread_key_t key;
static int rounds;
static uint64_t usable_taken;
static void *last_block;

static void work_in_destructor(void *value)
{
	struct phaselock_stats begin = thread_stats(), did;
	size_t usable;
	void *block;

	block = malloc(1000);
	usable = malloc_usable_size(block);
	usable_taken += usable;
	block = realloc(block, 3000);
	usable_taken += malloc_usable_size(block);
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.allocations, 1);
	CHECK_EQUAL(did.reallocations, 1);
	CHECK_EQUAL(did.bytes_reallocated, malloc_usable_size(block) - usable);
	free(block);
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.deallocations, 1);
	CHECK_EQUAL(did.bytes_allocated, did.bytes_deallocated);
	if (rounds++ < ROUNDS) {
		pthread_setspecific(key, value);
		return;
	}
	lock_allocations();
	CHECK(opaque(malloc(10)) == NULL);
	unlock_allocations();
	last_block = malloc(500); /* the very last thing that the thread does */
}

static void *work(void *unused)
{
	free(malloc(1)); /* so that the library has a destructor to run */
	pthread_setspecific(key, &key);
	return unused;
}

int main(void)
{
	struct phaselock_stats begin, own_begin, all, own;
	size_t usable_first;
	pthread_t thread;
	void *block;

	require_armed();
	/*
	 * Made after the library's key, and so called after the library's destructor in every
	 * round.
	 */
	CHECK_EQUAL(pthread_key_create(&key, work_in_destructor), 0);
	block = malloc(1);
	usable_first = malloc_usable_size(block);
	free(block);
	begin = get_stats();
	own_begin = thread_stats();
	CHECK_EQUAL(pthread_create(&thread, NULL, work, NULL), 0);
	pthread_join(thread, NULL);
	CHECK_EQUAL(rounds, ROUNDS + 1);
	all = get_stats();
	all = phaselock_stats_delta(&begin, &all);
	own = thread_stats_since(&own_begin);
	CHECK_EQUAL(all.allocations - own.allocations, 1 + (ROUNDS + 1) + 1);
	CHECK_EQUAL(all.deallocations - own.deallocations, 1 + (ROUNDS + 1));
	CHECK_EQUAL(all.reallocations - own.reallocations, ROUNDS + 1);
	CHECK_EQUAL(all.bytes_requested - own.bytes_requested,
		    1 + (ROUNDS + 1) * (1000 + 3000) + 500);
	CHECK_EQUAL(all.bytes_allocated - own.bytes_allocated,
		    usable_first + usable_taken + malloc_usable_size(last_block));
	CHECK_EQUAL(all.bytes_deallocated - own.bytes_deallocated, usable_first + usable_taken);
	CHECK_EQUAL(all.locked_attempts, 1);
	CHECK_EQUAL(all.threads, 1);
	return 0;
}
