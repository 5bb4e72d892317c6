/* SPDX-License-Identifier: MIT */
/* Threads for tests. Nothing here asserts, since children and other threads use it too. */
#ifndef TEST_THREADS_H
#define TEST_THREADS_H

#include "common/os.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

static inline pthread_t thread_start(void *(*run)(void *), void *argument)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, argument) != 0)
		abort();
	return thread;
}

static inline void *thread_end(pthread_t thread)
{
	void *result = NULL;

	if (pthread_join(thread, &result) != 0)
		abort();
	return result;
}

/*
 * Waits until a joined thread's id is gone. The id stays for a moment, and the kernel has no call
 * that waits for its end.
 */
static inline void thread_wait_until_gone(uint64_t id)
{
	while (!pl_os_thread_is_gone(id))
		sched_yield();
}

struct thread_work {
	void (*work)(void);
	uint64_t id;
};

static inline void *thread_do_work(void *argument)
{
	struct thread_work *work = argument;

	work->id = pl_os_thread_id();
	work->work();
	return NULL;
}

/* Runs work on a new thread and returns when that thread is really gone. */
static inline void thread_run(void (*work)(void))
{
	struct thread_work argument = {.work = work};

	thread_end(thread_start(thread_do_work, &argument));
	thread_wait_until_gone(argument.id);
}

#endif
