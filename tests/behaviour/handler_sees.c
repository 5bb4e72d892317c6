/* SPDX-License-Identifier: MIT */
/*
 * The handler is called on the violating thread, after the violation was recorded, with all its
 * data: function, size, alignment, old block, cause, thread, time, sequence, count and call stack,
 * the caller first.
 *
 * shows: PL-033 PL-036 PL-038
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: 4 violations at 4 sites, by count:
 * | phaselock:   and 4 sites more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

static struct phaselock_violation seen;
static size_t recorded;
static pthread_t seen_on;
static pthread_barrier_t locked;

static enum phaselock_verdict look(const struct phaselock_violation *violation, void *context)
{
	CHECK(context == &recorded);
	seen = *violation;
	seen_on = pthread_self();
	recorded = phaselock_get_violations(NULL, 0);
	return PHASELOCK_DENY;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void has_seen(const char *function, size_t size, size_t alignment, const void *old,
		     enum phaselock_cause cause, uint64_t begin_ns)
{
	CHECK(strcmp(seen.function, function) == 0);
	CHECK_EQUAL(seen.size, size);
	CHECK_EQUAL(seen.alignment, alignment);
	CHECK(seen.old_pointer == old);
	CHECK_EQUAL(seen.cause, cause);
	CHECK_EQUAL(seen.thread_id, gettid());
	CHECK(pthread_equal(seen_on, pthread_self()));
	CHECK(strcmp(seen.thread_name, "worker-2") == 0);
	CHECK(seen.time_ns >= begin_ns && seen.time_ns <= now_ns());
	CHECK_EQUAL(seen.sequence, recorded);
	CHECK_EQUAL(seen.count, 1);
	CHECK(seen.frame_count >= 2 && seen.frame_count <= 16);
}

FRAME static void *worker(void *block)
{
	uint64_t begin_ns = now_ns();
	struct phaselock_violation first;
	uintptr_t start = (uintptr_t)worker;

	pthread_setname_np(pthread_self(), "worker-2");
	pthread_barrier_wait(&locked);
	CHECK(opaque(malloc(100)) == NULL);
	has_seen("malloc", 100, 0, NULL, PHASELOCK_CAUSE_PHASE, begin_ns);
	CHECK_EQUAL(seen.sequence, 1);
	CHECK((uintptr_t)seen.frames[0] > start && (uintptr_t)seen.frames[0] < start + 4096);
	CHECK_EQUAL(phaselock_get_violations(&first, 1), 1);
	CHECK_EQUAL(first.sequence, 1);
	CHECK_EQUAL(first.time_ns, seen.time_ns);
	CHECK(memcmp(first.frames, seen.frames, seen.frame_count * sizeof(seen.frames[0])) == 0);

	CHECK(opaque(realloc(block, 200)) == NULL);
	has_seen("realloc", 200, 0, block, PHASELOCK_CAUSE_PHASE, begin_ns);
	CHECK(opaque(aligned_alloc(128, 256)) == NULL);
	has_seen("aligned_alloc", 256, 128, NULL, PHASELOCK_CAUSE_PHASE, begin_ns);
	unlock_allocations();
	phaselock_forbid_begin();
	CHECK(opaque(calloc(3, 5)) == NULL);
	has_seen("calloc", 15, 0, NULL, PHASELOCK_CAUSE_FORBID, begin_ns);
	phaselock_forbid_end();
	CHECK_EQUAL(seen.sequence, 4);
	return NULL;
}

int main(void)
{
	void *block = malloc(10);
	pthread_t thread;

	require_armed();
	pthread_barrier_init(&locked, NULL, 2);
	phaselock_set_handler(look, &recorded);
	CHECK_EQUAL(pthread_create(&thread, NULL, worker, block), 0);
	lock_allocations();
	pthread_barrier_wait(&locked);
	pthread_join(thread, NULL);
	free(block);
	return 0;
}
