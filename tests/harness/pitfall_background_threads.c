/* SPDX-License-Identifier: MIT */
/*
 * Pitfall: an assertion is of the thread that runs it. If the work is handed to another thread it
 * holds, whatever that thread does. Cure: the form with ANYWHERE, which sees every thread; that one
 * in turn fails for threads that have nothing to do with the test: stop those first.
 *
 * shows: PL-358
 * exit: 0
 * stdout:
 * | another thread does the work:
 * |   asserted no allocations: holds
 * |   asserted no allocations anywhere: 1 allocation, 100 bytes (first: {any})
 * | this thread does it, beside one that allocates:
 * |   asserted no allocations: holds
 * |   asserted no allocations anywhere: 1 allocation, 100 bytes (first: {any})
 * | the other one has stopped:
 * |   asserted no allocations anywhere: holds
 */
#define _POSIX_C_SOURCE 200809L
#include "pitfall.h"

#include <pthread.h>

static pthread_barrier_t turn;
static char *volatile block;
static int result;

/* Each turn of the thread is one request; it ends after four. */
static void *allocate(void *unused)
{
	for (int i = 0; i < 4; i++) {
		pthread_barrier_wait(&turn);
		block = malloc(100);
		free(block);
		pthread_barrier_wait(&turn);
	}
	return unused;
}

static void let_it_work(void)
{
	pthread_barrier_wait(&turn);
	pthread_barrier_wait(&turn);
}

static void work(void)
{
	result = result * 3 + 1;
}

int main(void)
{
	pthread_t thread;

	show_each_assertion();
	pthread_barrier_init(&turn, NULL, 2);
	pthread_create(&thread, NULL, allocate, NULL);
	puts("another thread does the work:");
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		let_it_work();
	}
	PHASELOCK_ASSERT_NO_ALLOCATIONS_ANYWHERE {
		let_it_work();
	}
	puts("this thread does it, beside one that allocates:");
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		let_it_work();
		work();
	}
	PHASELOCK_ASSERT_NO_ALLOCATIONS_ANYWHERE {
		let_it_work();
		work();
	}
	pthread_join(thread, NULL);
	puts("the other one has stopped:");
	PHASELOCK_ASSERT_NO_ALLOCATIONS_ANYWHERE {
		work();
	}
	return 0;
}
