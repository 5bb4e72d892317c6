/* SPDX-License-Identifier: MIT */
/*
 * A thread that makes no request has no record, although libc calls free(NULL) for it after all its
 * destructors have run: such a record would never be given back, and its byte counts are in memory
 * that is about to go.
 *
 * shows: PL-055 PL-005
 * exit: 0
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <stdlib.h>

#define THREADS 200

static void *nothing(void *unused)
{
	return unused;
}

static void *free_nothing(void *unused)
{
	free(opaque(NULL));
	return unused;
}

int main(void)
{
	require_armed();
	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;

		CHECK_EQUAL(
			pthread_create(&thread, NULL, i % 2 == 0 ? nothing : free_nothing, NULL),
			0);
		pthread_join(thread, NULL);
		CHECK_EQUAL(get_stats().threads, 1);
	}
	return 0;
}
