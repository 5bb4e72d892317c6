/* SPDX-License-Identifier: MIT */
/*
 * Detached threads that make no request of their own end, eight alive at once: their first call is
 * the free() of what libc gives back for them after all destructors. Their stacks are kept or freed
 * by libc, or are the program's own, unmapped at once and mapped again; they are detached by
 * pthread_detach() and thrd_detach(). The library does not look at a thread that has gone: right
 * afterwards the statistics have its counts and one living thread, and the heap is intact.
 *
 * shows: PL-557
 * needs: gcc
 * timeout: 90
 * backend: jemalloc
 * exit: 0
 * run: {source}/tests/behaviour/parts/each_form.sh {build} {form} detached_threads_end.c
 *     created detached own_stack large_stack c11 exit
 * each: form linked linked-system preloaded preloaded-system static
 */
#define _GNU_SOURCE
#define PHASELOCK_OPTIONAL
#include "behaviour.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <threads.h>

#define ROUNDS 20
#define THREADS 8
#define STACK ((size_t)1 << 20)
#define LARGE_STACK ((size_t)64 << 20) /* more than libc keeps for later threads */

static atomic_int tid[THREADS];
static void *stack[THREADS];

static void note_thread(void *place)
{
	usleep(1000);
	atomic_store((atomic_int *)place, (int)syscall(SYS_gettid));
}

static void *live(void *place)
{
	note_thread(place);
	return NULL;
}

static void *live_until_exit(void *place)
{
	note_thread(place);
	pthread_exit(NULL);
}

static void *live_until_detached(void *place)
{
	pthread_detach(pthread_self());
	return live(place);
}

static int live_in_c11(void *place)
{
	note_thread(place);
	return 0;
}

static void create(void *(*function)(void *), int i, size_t size, bool own, bool detached)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	if (detached)
		pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	if (own) {
		stack[i] = mmap(stack[i], size, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		CHECK(stack[i] != MAP_FAILED);
		pthread_attr_setstack(&attributes, stack[i], size);
	} else {
		pthread_attr_setstacksize(&attributes, size);
	}
	CHECK_EQUAL(pthread_create(&thread, &attributes, function, &tid[i]), 0);
	pthread_attr_destroy(&attributes);
}

static void create_c11(int i)
{
	thrd_t thread;

	CHECK(thrd_create(&thread, live_in_c11, &tid[i]) == thrd_success);
	CHECK(thrd_detach(thread) == thrd_success);
}

static void start(const char *how, int i)
{
	if (strcmp(how, "c11") == 0)
		create_c11(i);
	else if (strcmp(how, "own_stack") == 0)
		create(live, i, STACK, true, true);
	else if (strcmp(how, "large_stack") == 0)
		create(live, i, LARGE_STACK, false, true);
	else if (strcmp(how, "exit") == 0)
		create(live_until_exit, i, STACK, false, true);
	else if (strcmp(how, "detached") == 0)
		create(live_until_detached, i, STACK, false, false);
	else
		create(live, i, STACK, false, true);
}

/* Waits until the kernel has forgotten the thread. */
static void wait_for_the_end_of(int i)
{
	while (tid[i] == 0)
		usleep(100);
	while (syscall(SYS_tgkill, getpid(), (int)tid[i], 0) == 0)
		usleep(100);
	tid[i] = 0;
}

static void check_statistics(const struct phaselock_stats *begin, int round)
{
	struct phaselock_stats now = get_stats();

	CHECK_EQUAL(now.threads, 1);
	CHECK_EQUAL(now.live_allocations,
		    now.allocations - now.deallocations - now.failed_allocations);
	now = phaselock_stats_delta(begin, &now);
	/* libc takes one block for each thread, and at most a few more. */
	CHECK(now.allocations <= (uint64_t)(round + 1) * THREADS * 3 + 16);
	CHECK(now.deallocations <= now.allocations);
}

int main(int count, char **argument)
{
	struct phaselock_stats begin = {0};
	void *kept[32];

	CHECK(count == 2);
	if (getenv("ALONE") == NULL)
		require_armed();
	for (int i = 0; i < 32; i++)
		kept[i] = memset(malloc(1000), i, 1000);
	if (phaselock_present())
		begin = get_stats();
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < THREADS; i++)
			start(argument[1], i);
		for (int i = 0; i < THREADS; i++)
			wait_for_the_end_of(i);
		for (int i = 0; i < THREADS; i++)
			if (stack[i] != NULL)
				CHECK(munmap(stack[i], STACK) == 0);
		if (phaselock_present())
			check_statistics(&begin, round);
		free(opaque(malloc(100)));
	}
	for (int i = 0; i < 32; i++) {
		CHECK(is_filled(kept[i], i, 1000));
		free(kept[i]);
	}
	return 0;
}
