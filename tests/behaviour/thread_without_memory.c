/* SPDX-License-Identifier: MIT */
/*
 * A thread without memory for its record, or for what the allocator keeps for it, has its requests
 * refused with ENOMEM, and they are not counted. What it frees is given back and counted. A scope
 * that it begins cannot be kept, so a message says so and the process ends. Once there is memory
 * again the thread is like any other. The same holds in a locked phase.
 *
 * shows: PL-119
 * run: {self} {PHASE}
 * each: PHASE init locked
 * exit: 0
 * run: {self} {KIND}
 * each: KIND forbid permit
 * exit: SIGABRT
 * stderr:
 * | phaselock: misuse: no memory to keep the scopes of this thread
 */
#define _GNU_SOURCE
#include "behaviour.h"
#include "cxx_names.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>

/* For the whole process: existing mappings stay, and no new ones are made. */
static void set_out_of_memory(bool on)
{
	struct rlimit limit;

	getrlimit(RLIMIT_AS, &limit);
	limit.rlim_cur = on ? 1 : limit.rlim_max;
	setrlimit(RLIMIT_AS, &limit);
}

#define REFUSED(call)                                                                              \
	do {                                                                                       \
		errno = 0;                                                                         \
		CHECK(opaque(call) == NULL);                                                       \
		CHECK_EQUAL(errno, ENOMEM);                                                        \
	} while (0)

static char *of_another; /* a block of the first thread */

static void *ask(void *argument)
{
	const char *what = argument;
	void *aligned = &aligned;
	struct phaselock_stats before;

	set_out_of_memory(true);
	if (strcmp(what, "forbid") == 0)
		phaselock_forbid_begin();
	if (strcmp(what, "permit") == 0)
		phaselock_permit_begin();
	if (strcmp(what, "locked") == 0)
		lock_allocations();
	before = get_stats();
	REFUSED(malloc(16));
	REFUSED(calloc(1, 16));
	REFUSED(realloc(NULL, 16));
	REFUSED(aligned_alloc(64, 64));
	REFUSED(memalign(64, 64));
	REFUSED(valloc(16));
	REFUSED(new_nothrow(16, ""));
	CHECK_EQUAL(posix_memalign(&aligned, 64, 64), ENOMEM);
	CHECK(aligned == &aligned);
	errno = 7;
	free(NULL);
	free(of_another);
	CHECK_EQUAL(errno, 7);
	CHECK_EQUAL(get_stats().deallocations, before.deallocations + 1); /* it needs no record */
	CHECK_EQUAL(get_stats().allocations, before.allocations);
	CHECK_EQUAL(get_stats().locked_attempts, before.locked_attempts);
	CHECK_EQUAL(get_stats().threads, before.threads);
	set_out_of_memory(false);
	phaselock_permit_begin();
	free(opaque(malloc(16)));
	phaselock_permit_end();
	CHECK_EQUAL(get_stats().allocations, before.allocations + 1);
	CHECK_EQUAL(get_stats().threads, before.threads + 1);
	return NULL;
}

/* The library has a few records of its own: these threads and the first one hold them. */
#define HOLDERS 3

static pthread_barrier_t registered, done;

static void *hold_a_record(void *unused)
{
	free(opaque(malloc(1)));
	pthread_barrier_wait(&registered);
	pthread_barrier_wait(&done);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread, holders[HOLDERS];

	require_armed();
	CHECK(argc == 2);
	of_another = malloc(4096);
	CHECK(of_another != NULL);
	CHECK(pthread_barrier_init(&registered, NULL, HOLDERS + 1) == 0);
	CHECK(pthread_barrier_init(&done, NULL, HOLDERS + 1) == 0);
	for (int i = 0; i < HOLDERS; i++)
		CHECK(pthread_create(&holders[i], NULL, hold_a_record, NULL) == 0);
	pthread_barrier_wait(&registered);
	CHECK(pthread_create(&thread, NULL, ask, argv[1]) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
	pthread_barrier_wait(&done);
	for (int i = 0; i < HOLDERS; i++)
		CHECK(pthread_join(holders[i], NULL) == 0);
	return 0;
}
