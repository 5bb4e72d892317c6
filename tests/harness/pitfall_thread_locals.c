/* SPDX-License-Identifier: MIT */
/*
 * Pitfall: what a thread makes for itself at its first use, and gives back by a destructor at its
 * end, is not there after a warm-up on another thread; and its block outlives an assertion about
 * leaks, though nothing is lost. Cure: warm up on the thread that runs the block; for leaks, put
 * the thread's whole life into a block of the ANYWHERE form.
 *
 * shows: PL-358
 * exit: 0
 * stdout:
 * | warmed up on the main thread:
 * |   asserted no leak: 1 block is still allocated (first: {any})
 * | on its own:
 * |   asserted no allocations: holds
 * | the whole thread:
 * |   asserted no leak anywhere: holds
 */
#define _POSIX_C_SOURCE 200809L
#include "pitfall.h"

#include <pthread.h>

static pthread_key_t key;

/* The scratch memory of this thread. */
static char *scratch(void)
{
	char *memory = pthread_getspecific(key);

	if (memory == NULL) {
		memory = malloc(64);
		pthread_setspecific(key, memory);
	}
	return memory;
}

static void *assert_on_thread(void *unused)
{
	PHASELOCK_ASSERT_NO_LEAK {
		scratch();
	}
	puts("on its own:");
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		scratch();
	}
	return unused;
}

static void *use_on_thread(void *unused)
{
	scratch();
	return unused;
}

static void run(void *(*function)(void *))
{
	pthread_t thread;

	pthread_create(&thread, NULL, function, NULL);
	pthread_join(thread, NULL);
}

int main(void)
{
	show_each_assertion();
	pthread_key_create(&key, free);
	scratch();
	puts("warmed up on the main thread:");
	run(assert_on_thread);
	puts("the whole thread:");
	PHASELOCK_ASSERT_NO_LEAK_ANYWHERE {
		run(use_on_thread);
	}
	return 0;
}
