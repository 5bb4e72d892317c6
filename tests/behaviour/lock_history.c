/* SPDX-License-Identifier: MIT */
/*
 * A report says what made the request a violation: the lock, with the thread, time and call stack
 * of whoever locked; the option that asked for the lock; or the forbid scope, with whoever began
 * it. Locking again changes nothing: the first lock counts until an unlock, and then the next one.
 *
 * shows: PL-200 PL-202
 * run: {self} thread
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "lock_history", 1st time at this site
 * |     #0 take+{hex} ({any}/lock_history+{hex})
 * |     #1 main+{hex} ({any}/lock_history+{hex})
 * | {details}
 * |   locked {number} {any} before by thread {number} "locker":
 * |     #0 begin_flight+{hex} ({any}/lock_history+{hex})
 * |     #1 locker+{hex} ({any}/lock_history+{hex})
 * | {details}
 * |   build-id {any} {any}/lock_history
 * | {details}
 * | phaselock: aborting (policy=abort)
 *
 * run: {self} twice
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * | {details}
 * |   locked {number} {any} before by thread {number} "lock_history":
 * |     #0 begin_again+{hex} ({any}/lock_history+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 *
 * run: {self} seal
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * | {details}
 * |   locked {number} {any} before by thread {number} "lock_history":
 * |     #0 seal+{hex} ({any}/lock_history+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 *
 * run: {self} forbid
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(10) inside a forbid scope
 * |   thread {number} "lock_history", 1st time at this site
 * |     #0 take+{hex} ({any}/lock_history+{hex})
 * | {details}
 * |   forbidden by begin_forbidden+{hex} ({any}/lock_history+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 *
 * run: {self} option
 * environment: PHASELOCK_OPTIONS=lock=main
 * backend: jemalloc system
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * | {details}
 * |   locked {number} {any} before by thread {number} "lock_history" (lock=main):
 * |     #0 {any}libc{any}
 * | {details}
 * | phaselock: aborting (policy=abort)
 *
 * run: {self} option
 * environment: PHASELOCK_OPTIONS=lock_after=1
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * | {details}
 * |   locked {number} {any} before by thread {number} "lock_history" (lock_after):
 * | {details}
 * | phaselock: aborting (policy=abort)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <stdlib.h>

void take(void);
FRAME void take(void)
{
	void *volatile block = malloc(10);

	free(block);
}

void begin_flight(void);
FRAME void begin_flight(void)
{
	phaselock_lock_allocations(); /* the short name would be a frame, where it is not inlined */
	(void)opaque("");
}

void begin_again(void);
FRAME void begin_again(void)
{
	phaselock_lock_allocations();
	(void)opaque("");
}

void seal(void);
FRAME void seal(void)
{
	phaselock_seal_allocations();
	(void)opaque("");
}

void begin_forbidden(void);
FRAME void begin_forbidden(void)
{
	phaselock_forbid_begin();
	(void)opaque("");
}

void *locker(void *unused);
FRAME void *locker(void *unused)
{
	pthread_setname_np(pthread_self(), "locker");
	begin_flight();
	begin_again(); /* no effect */
	return unused;
}

static void lock_on_a_thread(void)
{
	pthread_t thread;

	CHECK_EQUAL(pthread_create(&thread, NULL, locker, NULL), 0);
	pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	CHECK(argc > 1);
	require_armed();
	if (strcmp(argv[1], "thread") == 0)
		lock_on_a_thread();
	if (strcmp(argv[1], "twice") == 0) {
		begin_flight();
		unlock_allocations();
		begin_again();
	}
	if (strcmp(argv[1], "seal") == 0)
		seal();
	if (strcmp(argv[1], "forbid") == 0)
		begin_forbidden();
	while (strcmp(argv[1], "option") == 0 && phaselock_get_phase() == PHASELOCK_INIT)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	take();
	return 0;
}
