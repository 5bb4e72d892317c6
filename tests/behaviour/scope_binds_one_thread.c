/* SPDX-License-Identifier: MIT */
/*
 * A scope binds the thread that began it and no other: while one thread forbids, the other is
 * granted in the unlocked phase; while one permits, the other is denied in the locked phase.
 *
 * shows: PL-015
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: 2 violations at 2 sites, by count:
 * | phaselock:   and 2 sites more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_barrier_t turn;

static bool is_granted(void)
{
	void *block = opaque(malloc(32));
	bool granted = block != NULL;

	free(block);
	return granted;
}

static void *other_thread(void *unused)
{
	(void)unused;
	pthread_barrier_wait(&turn); /* main is in its forbid scope */
	CHECK(is_granted());
	pthread_barrier_wait(&turn);
	pthread_barrier_wait(&turn); /* all is locked, main is in its permit scope */
	CHECK(!is_granted());
	pthread_barrier_wait(&turn);
	return NULL;
}

int main(void)
{
	pthread_t other;

	require_armed();
	pthread_barrier_init(&turn, NULL, 2);
	CHECK_EQUAL(pthread_create(&other, NULL, other_thread, NULL), 0);
	phaselock_forbid_begin();
	pthread_barrier_wait(&turn);
	CHECK(!is_granted());
	pthread_barrier_wait(&turn);
	phaselock_forbid_end();

	lock_allocations();
	phaselock_permit_begin();
	pthread_barrier_wait(&turn);
	CHECK(is_granted());
	pthread_barrier_wait(&turn);
	phaselock_permit_end();
	pthread_join(other, NULL);
	return 0;
}
