/* SPDX-License-Identifier: MIT */
/*
 * A thread is cancelled while the heap is locked: at a cancellation point, asynchronously while it
 * computes, while it waits, and while it makes denied requests. Reports are no cancellation points,
 * so each request under way is counted once.
 *
 * glibc loads its unwinder at the first pthread_cancel() or pthread_exit() of a process. That is a
 * violation if the heap is locked by then, and the process does not survive it when it is denied:
 * so cancel a thread once before the lock.
 *
 * shows: PL-128
 * run: {self} {HOW}
 * each: HOW point asynchronous waiting
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * run: {self} denied
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: {number} violations at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: {self} first
 * environment: PHASELOCK_OPTIONS=policy=allow:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: {number} violation{any} at {number} site{any}, by count:
 * | phaselock:   and {number} site{any} more (max_reports=0)
 * run: {self} first
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=1:frames=1
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc({number}) while allocations are locked
 * |   thread {number} "cancel_locked", 1st time at this site
 * |     #0 ({any}ld-linux-x86-64.so.2+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | libgcc_s.so.1 must be installed for pthread_cancel to work
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

static sem_t under_way, never;
static atomic_ulong turns, denials;

static void *reach_point(void *unused)
{
	sem_post(&under_way);
	for (;;)
		pthread_testcancel();
	return unused;
}

static void *compute(void *unused)
{
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	sem_post(&under_way);
	for (;;)
		atomic_fetch_add(&turns, 1);
	return unused;
}

static void *wait_long(void *unused)
{
	sem_post(&under_way);
	sem_wait(&never);
	return unused;
}

static void *be_denied(void *unused)
{
	sem_post(&under_way);
	for (;;) {
		CHECK(opaque(malloc(10)) == NULL);
		if (atomic_fetch_add(&denials, 1) > 1000)
			pthread_testcancel();
	}
	return unused;
}

static void cancel_one(void *(*function)(void *))
{
	pthread_t thread;
	void *result;

	CHECK_EQUAL(pthread_create(&thread, NULL, function, NULL), 0);
	while (sem_wait(&under_way) != 0)
		CHECK_EQUAL(errno, EINTR);
	CHECK_EQUAL(pthread_cancel(thread), 0);
	pthread_join(thread, &result);
	CHECK(result == PTHREAD_CANCELED);
}

static const struct {
	const char *name;
	void *(*function)(void *);
} ways[] = {
	{"point", reach_point}, {"asynchronous", compute}, {"waiting", wait_long},
	{"denied", be_denied},	{"first", reach_point},
};

int main(int argc, char **argv)
{
	require_armed();
	CHECK(argc > 1);
	sem_init(&under_way, 0, 0);
	sem_init(&never, 0, 0);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		bool first = strcmp(argv[1], "first") == 0;
		pthread_t warm;
		void *result;

		if (strcmp(ways[i].name, argv[1]) != 0)
			continue;
		if (!first)
			cancel_one(reach_point);
		else if (pthread_create(&warm, NULL, wait_long, NULL) == 0)
			CHECK(sem_wait(&under_way) == 0 && sem_post(&never) == 0 &&
			      pthread_join(warm, &result) == 0); /* a stack for the next one */
		lock_allocations();
		cancel_one(ways[i].function);
		unlock_allocations();
		CHECK((get_stats().locked_attempts > 0) == (first || atomic_load(&denials) > 0));
		CHECK(first || get_stats().locked_attempts == atomic_load(&denials));
		CHECK_EQUAL(get_stats().threads, 1);
		return 0;
	}
	return 1;
}
