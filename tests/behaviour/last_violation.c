/* SPDX-License-Identifier: MIT */
/*
 * An exported pointer shows the newest violation: NULL before the first, then each in turn,
 * whichever thread made it, and before the handler is called.
 *
 * shows: PL-201
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: 102 violations at {number} site{any}, by count:
 * | phaselock:   and {number} site{any} more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <stdlib.h>

static const struct phaselock_violation *seen_by_handler;

static enum phaselock_verdict look(const struct phaselock_violation *violation, void *context)
{
	(void)context;
	seen_by_handler = phaselock_last_violation;
	CHECK_EQUAL(seen_by_handler->sequence, violation->sequence);
	return PHASELOCK_DENY;
}

FRAME static void violate(void *size)
{
	CHECK(opaque(malloc((size_t)size)) == NULL);
}

static pthread_barrier_t locked;

static void *violate_elsewhere(void *unused)
{
	pthread_barrier_wait(&locked);
	violate((void *)7000);
	return unused;
}

int main(void)
{
	pthread_t thread;

	require_armed();
	CHECK(phaselock_last_violation == NULL);
	phaselock_set_handler(look, NULL);
	pthread_barrier_init(&locked, NULL, 2);
	CHECK_EQUAL(pthread_create(&thread, NULL, violate_elsewhere, NULL), 0);
	CHECK(phaselock_last_violation == NULL);

	lock_allocations();
	for (size_t size = 1; size <= 100; size++) {
		violate((void *)size);
		CHECK_EQUAL(phaselock_last_violation->size, size);
		CHECK(strcmp(phaselock_last_violation->function, "malloc") == 0);
		CHECK_EQUAL(phaselock_last_violation->sequence, size);
		CHECK_EQUAL(phaselock_last_violation->thread_id, gettid());
		CHECK(phaselock_last_violation->frame_count > 0);
		CHECK(seen_by_handler == phaselock_last_violation);
	}
	pthread_barrier_wait(&locked);
	pthread_join(thread, NULL);
	CHECK_EQUAL(phaselock_last_violation->size, 7000);
	CHECK(phaselock_last_violation->thread_id != (uint64_t)gettid());
	phaselock_set_handler(NULL, NULL);
	CHECK(opaque(calloc(3, 5)) == NULL);
	CHECK(strcmp(phaselock_last_violation->function, "calloc") == 0);
	CHECK_EQUAL(phaselock_last_violation->size, 15);
	return 0;
}
