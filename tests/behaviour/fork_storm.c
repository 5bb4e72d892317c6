/* SPDX-License-Identifier: MIT */
/*
 * A thread forks again and again while others allocate, lock, and set the handler. Each child finds
 * all locks open, has the counts of its parent and no other thread, and can allocate, lock and set
 * a handler. The argument is the number of forks; make soak uses 10,000.
 *
 * shows: PL-018 PL-126
 * environment: PHASELOCK_OPTIONS=policy=allow:max_reports=0
 * run: {self} 1000
 * exit: 0
 * timeout: 30
 * stderr:
 * | phaselock: {number} violation{any} at {number} site{any}, by count:
 * | phaselock:   and {number} site{any} more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>

#define THREADS 3

static atomic_bool done;
static long forks;

static enum phaselock_verdict allow(const struct phaselock_violation *violation, void *context)
{
	(void)violation;
	(void)context;
	return PHASELOCK_ALLOW;
}

static void *disturb(void *unused)
{
	for (size_t size = 16; !atomic_load(&done); size = size % 40000 + 1000) {
		free(opaque(malloc(size)));
		lock_allocations();
		free(opaque(malloc(size)));
		phaselock_set_handler(allow, NULL);
		unlock_allocations();
	}
	return unused;
}

static void be_the_child(uint64_t allocations)
{
	struct phaselock_stats now = get_stats();

	CHECK_EQUAL(now.threads, 1);
	CHECK(now.allocations >= allocations);
	unlock_allocations();
	now = get_stats();
	free(opaque(malloc(100)));
	free(opaque(malloc(100000)));
	phaselock_set_handler(NULL, NULL);
	phaselock_set_policy(PHASELOCK_DENY);
	lock_allocations();
	CHECK(opaque(malloc(1)) == NULL);
	CHECK_EQUAL(get_stats().allocations, now.allocations + 2);
	_exit(0);
}

static void *fork_often(void *unused)
{
	for (long i = 0; i < forks; i++) {
		uint64_t allocations = get_stats().allocations;
		pid_t child = fork();
		int status;

		if (child == 0)
			be_the_child(allocations);
		CHECK(child > 0 && waitpid(child, &status, 0) == child);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	atomic_store(&done, true);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t forker, threads[THREADS];

	require_armed();
	forks = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	CHECK(forks > 0);
	for (int i = 0; i < THREADS; i++)
		CHECK_EQUAL(pthread_create(&threads[i], NULL, disturb, NULL), 0);
	CHECK_EQUAL(pthread_create(&forker, NULL, fork_often, NULL), 0);
	pthread_join(forker, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
