/* SPDX-License-Identifier: MIT */
/*
 * The handler and its context are replaced as one: while one thread switches between two pairs, no
 * violation of another thread ever sees the function of one with the context of the other.
 *
 * shows: PL-033
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: 20000 violations at {number} site{any}, by count:
 * | phaselock:   and {number} site{any} more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static char context_of_one, context_of_two;
static atomic_uint calls_of_one, calls_of_two;
static atomic_bool done;

static enum phaselock_verdict one(const struct phaselock_violation *violation, void *context)
{
	(void)violation;
	CHECK(context == &context_of_one);
	atomic_fetch_add(&calls_of_one, 1);
	return PHASELOCK_DENY;
}

static enum phaselock_verdict two(const struct phaselock_violation *violation, void *context)
{
	(void)violation;
	CHECK(context == &context_of_two);
	atomic_fetch_add(&calls_of_two, 1);
	return PHASELOCK_DENY;
}

static void *replace(void *unused)
{
	while (!atomic_load(&done)) {
		phaselock_set_handler(two, &context_of_two);
		phaselock_set_handler(one, &context_of_one);
	}
	return unused;
}

int main(void)
{
	pthread_t thread;

	require_armed();
	phaselock_set_handler(one, &context_of_one);
	CHECK_EQUAL(pthread_create(&thread, NULL, replace, NULL), 0);
	lock_allocations();
	for (int i = 0; i < 20000; i++)
		CHECK(opaque(malloc(8)) == NULL);
	atomic_store(&done, true);
	pthread_join(thread, NULL);
	CHECK_EQUAL(atomic_load(&calls_of_one) + atomic_load(&calls_of_two), 20000);
	return 0;
}
