/* SPDX-License-Identifier: MIT */
/*
 * A signal comes 10,000 times a second, at any instruction, into threads that allocate and free.
 * Its handler begins scopes, makes a request that is denied, locks and unlocks, and reads
 * statistics and violations. Afterwards every request is accounted for exactly. The argument is the
 * time in milliseconds; make soak gives it ten seconds.
 *
 * shows: PL-122 PL-021 PL-042
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:frames=1
 * run: {self} 1500
 * exit: 0
 * timeout: 20
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
#include <sys/time.h>
#include <time.h>

#define THREADS 3
#define LEAST_SIGNALS 100

static atomic_bool done;
static atomic_uint_least64_t handled, denied_in_handlers;

struct tally {
	uint64_t granted, denied;
};

FRAME static void deny(void)
{
	phaselock_forbid_begin();
	CHECK(opaque(malloc(20)) == NULL);
	phaselock_forbid_end();
	atomic_fetch_add(&denied_in_handlers, 1);
}

static void on_timer(int signal)
{
	uint64_t turn = atomic_fetch_add(&handled, 1);
	struct phaselock_violation site;
	int saved = errno;

	(void)signal;
	phaselock_permit_begin();
	deny();
	phaselock_permit_end();
	if (turn % 4 == 0)
		lock_allocations();
	else if (turn % 4 == 1)
		unlock_allocations();
	else if (turn % 4 == 2)
		CHECK(get_stats().threads >= 1);
	else
		CHECK(phaselock_get_violations(&site, 1) >= 1 && site.count >= 1);
	errno = saved;
}

FRAME static void request(struct tally *tally)
{
	void *block = opaque(malloc(100));

	if (block != NULL)
		tally->granted++;
	else
		tally->denied++;
	free(block);
}

static void *work(void *argument)
{
	struct phaselock_stats begin = thread_stats(), did;
	struct tally *tally = argument;

	while (!atomic_load(&done)) {
		request(tally);
		phaselock_forbid_begin();
		CHECK(opaque(malloc(30)) == NULL);
		phaselock_permit_begin();
		free(opaque(malloc(40)));
		phaselock_permit_end();
		phaselock_forbid_end();
		tally->denied++;
		tally->granted++;
	}
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.allocations, tally->granted);
	CHECK_EQUAL(did.deallocations, tally->granted);
	CHECK(did.locked_attempts >= tally->denied); /* and those of this thread's handlers */
	return NULL;
}

static void run_timer(long microseconds)
{
	struct itimerval every = {{0, microseconds}, {0, microseconds}};

	CHECK_EQUAL(setitimer(ITIMER_REAL, &every, NULL), 0);
}

static uint64_t sum_of_sites(void)
{
	static struct phaselock_violation sites[64];
	size_t count = phaselock_get_violations(sites, 64);
	uint64_t sum = 0;

	CHECK(count <= 64);
	for (size_t i = 0; i < count; i++)
		sum += sites[i].count;
	return sum;
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = on_timer, .sa_flags = SA_RESTART};
	long milliseconds = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	struct timespec rest = {milliseconds / 1000, milliseconds % 1000 * 1000000};
	static struct tally tallies[THREADS];
	struct phaselock_stats begin, all, own;
	pthread_t threads[THREADS];
	uint64_t granted = 0, denied = 0;

	require_armed();
	CHECK(milliseconds > 0);
	CHECK_EQUAL(sigaction(SIGALRM, &action, NULL), 0);
	begin = get_stats();
	own = thread_stats();
	for (int i = 0; i < THREADS; i++)
		CHECK_EQUAL(pthread_create(&threads[i], NULL, work, &tallies[i]), 0);
	own = thread_stats_since(&own); /* what pthread_create() asked for */
	run_timer(100);
	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, &rest) == EINTR)
		;
	run_timer(0);
	atomic_store(&done, true);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		granted += tallies[i].granted;
		denied += tallies[i].denied;
	}
	unlock_allocations();
	all = get_stats();
	all = phaselock_stats_delta(&begin, &all);
	denied += atomic_load(&denied_in_handlers);
	CHECK(atomic_load(&handled) >= LEAST_SIGNALS);
	CHECK_EQUAL(atomic_load(&denied_in_handlers), atomic_load(&handled));
	CHECK_EQUAL(all.allocations - own.allocations, granted);
	CHECK_EQUAL(all.deallocations, granted);
	CHECK_EQUAL(all.bytes_allocated - own.bytes_allocated, all.bytes_deallocated);
	CHECK_EQUAL(all.locked_attempts, denied);
	CHECK_EQUAL(sum_of_sites(), denied);
	CHECK_EQUAL(all.threads, 1);
	return 0;
}
