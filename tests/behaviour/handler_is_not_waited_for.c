/* SPDX-License-Identifier: MIT */
/*
 * The handler is replaced while it runs: by another thread, and by itself. Neither waits. The
 * running handler keeps its context to its end, and its verdict is carried out; whoever has joined
 * the thread may then destroy the context. The next violation calls the new handler.
 *
 * shows: PL-594
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * timeout: 10
 * exit: 0
 * stderr:
 * | phaselock: 4 violations at {number} site{any}, by count:
 * | phaselock:   and {number} site{any} more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct context {
	atomic_bool entered, may_leave;
	unsigned calls;
};

static enum phaselock_verdict wait_inside(const struct phaselock_violation *violation,
					  void *context)
{
	struct context *of_old = context;

	(void)violation;
	atomic_store(&of_old->entered, true);
	while (!atomic_load(&of_old->may_leave))
		;
	of_old->calls++;
	return PHASELOCK_ALLOW;
}

static enum phaselock_verdict remove_itself(const struct phaselock_violation *violation,
					    void *context)
{
	struct context *own = context;

	(void)violation;
	phaselock_set_handler(NULL, NULL);
	own->calls++;
	return PHASELOCK_ALLOW;
}

static void *violate(void *unused)
{
	void *block;

	phaselock_forbid_begin();
	block = opaque(malloc(8));
	phaselock_forbid_end();
	CHECK(block != NULL); /* as the old handler said */
	free(block);
	return unused;
}

static void check_that_policy_denies(void)
{
	phaselock_forbid_begin();
	CHECK(opaque(malloc(8)) == NULL);
	phaselock_forbid_end();
}

int main(void)
{
	struct context *context = calloc(1, sizeof(*context));
	pthread_t thread;

	require_armed();
	phaselock_set_handler(wait_inside, context);
	CHECK_EQUAL(pthread_create(&thread, NULL, violate, NULL), 0);
	while (!atomic_load(&context->entered))
		;
	phaselock_set_handler(NULL, NULL);
	CHECK(context->calls == 0); /* it is still running */
	check_that_policy_denies();
	atomic_store(&context->may_leave, true);
	pthread_join(thread, NULL);
	CHECK_EQUAL(context->calls, 1);

	phaselock_set_handler(remove_itself, context);
	violate(NULL);
	CHECK_EQUAL(context->calls, 2);
	check_that_policy_denies();
	free(context);
	return 0;
}
