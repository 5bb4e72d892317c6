/* SPDX-License-Identifier: MIT */
/*
 * A thread's own statistics start with the thread and are exact: one hundred threads run one after
 * the other, so all but the first few reuse a record. What a scope of an earlier owner forbade is
 * forgotten.
 *
 * shows: PL-051
 * libc: glibc musl
 * exit: 0
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

static void *work(void *argument)
{
	size_t blocks = *(const size_t *)argument;
	struct phaselock_stats stats = thread_stats();
	uint64_t usable = 0, requested = 0;
	void *kept = NULL;

	CHECK_EQUAL(stats.allocations + stats.deallocations + stats.reallocations +
			    stats.failed_allocations,
		    0);
	CHECK_EQUAL(stats.bytes_requested + stats.bytes_allocated + stats.bytes_deallocated, 0);
	CHECK_EQUAL(stats.live_allocations + stats.live_bytes + stats.bytes_reallocated, 0);
	CHECK_EQUAL(stats.locked_attempts + stats.permitted_attempts + stats.locked_deallocations,
		    0);
	CHECK_EQUAL(stats.threads, 1);
	for (size_t i = 1; i <= blocks; i++) {
		void *block = malloc(10 * i);

		usable += malloc_usable_size(block);
		requested += 10 * i;
		if (i == 1)
			kept = block;
		else
			free(block);
	}
	stats = thread_stats();
	CHECK_EQUAL(stats.allocations, blocks);
	CHECK_EQUAL(stats.deallocations, blocks - 1);
	CHECK_EQUAL(stats.bytes_requested, requested);
	CHECK_EQUAL(stats.bytes_allocated, usable);
	CHECK_EQUAL(stats.live_allocations, 1);
	CHECK_EQUAL(stats.live_bytes, malloc_usable_size(kept));
	/* never ended: the next owner of the record must not inherit it */
	phaselock_forbid_begin();
	return kept;
}

int main(void)
{
	struct phaselock_stats begin, all;

	require_armed();
	begin = get_stats();
	for (size_t i = 1; i <= 100; i++) {
		pthread_t thread;
		void *kept;

		CHECK_EQUAL(pthread_create(&thread, NULL, work, &i), 0);
		CHECK_EQUAL(pthread_join(thread, &kept), 0);
		CHECK(kept != NULL);
		free(kept);
	}
	all = get_stats();
	all = phaselock_stats_delta(&begin, &all);
	CHECK(all.allocations >= 5050);
	CHECK_EQUAL(all.locked_attempts, 0);
	return 0;
}
