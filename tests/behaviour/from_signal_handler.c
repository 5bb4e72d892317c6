/* SPDX-License-Identifier: MIT */
/*
 * Locking, unlocking, scopes and statistics work in a signal handler, also in one that comes at any
 * moment, hundreds of times, into a thread that itself allocates, begins scopes and reads
 * statistics.
 *
 * shows: PL-021 PL-042
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:frames=1
 * exit: 0
 * timeout: 60
 * stderr:
 * | phaselock: {number} violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#define SIGNALS 500

static atomic_int handled;
static atomic_bool done;
static pthread_barrier_t counting;

static bool is_granted(void)
{
	void *block = opaque(malloc(10));
	bool granted = block != NULL;

	free(block);
	return granted;
}

static void lock_in_handler(int signal)
{
	(void)signal;
	lock_allocations();
}

static void unlock_in_handler(int signal)
{
	(void)signal;
	unlock_allocations();
}

/* It may have interrupted the allocator: its own request must be one that is denied. */
static void scopes_in_handler(int signal)
{
	int saved = errno;

	(void)signal;
	phaselock_permit_begin();
	phaselock_forbid_begin();
	CHECK(opaque(malloc(20)) == NULL);
	phaselock_forbid_end();
	phaselock_permit_end();
	CHECK(get_stats().allocations > 0);
	errno = saved;
	atomic_fetch_add(&handled, 1);
}

static void install(int signal, void (*function)(int))
{
	struct sigaction action = {.sa_handler = function, .sa_flags = SA_RESTART};

	CHECK_EQUAL(sigaction(signal, &action, NULL), 0);
}

static void *send_signals(void *target)
{
	pthread_barrier_wait(&counting);
	for (int sent = 0; sent < SIGNALS; sent++) {
		pthread_kill(*(pthread_t *)target, SIGALRM);
		while (atomic_load(&handled) == sent)
			sched_yield();
	}
	atomic_store(&done, true);
	return NULL;
}

static void be_interrupted(void)
{
	pthread_t self = pthread_self(), sender;
	struct phaselock_stats begin, did;
	uint64_t denied = 0, granted = 0;

	pthread_barrier_init(&counting, NULL, 2);
	CHECK_EQUAL(pthread_create(&sender, NULL, send_signals, &self), 0);
	begin = thread_stats();
	pthread_barrier_wait(&counting);
	while (!atomic_load(&done)) {
		CHECK(is_granted());
		phaselock_forbid_begin();
		CHECK(!is_granted());
		phaselock_permit_begin();
		CHECK(is_granted());
		phaselock_permit_end();
		phaselock_forbid_end();
		CHECK(get_stats().allocations > 0);
		granted += 2;
		denied++;
	}
	did = thread_stats_since(&begin);
	pthread_join(sender, NULL);
	CHECK_EQUAL(did.allocations, granted);
	CHECK_EQUAL(did.deallocations, granted);
	CHECK_EQUAL(did.locked_attempts, denied + SIGNALS);
}

int main(void)
{
	require_armed();
	install(SIGUSR1, lock_in_handler);
	install(SIGUSR2, unlock_in_handler);
	install(SIGALRM, scopes_in_handler);
	CHECK(is_granted());
	raise(SIGUSR1);
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_LOCKED);
	CHECK(!is_granted());
	raise(SIGUSR2);
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_INIT);
	CHECK(is_granted());
	be_interrupted();
	return 0;
}
