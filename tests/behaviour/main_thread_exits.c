/* SPDX-License-Identifier: MIT */
/*
 * main() may end its thread by pthread_exit() and leave the process to other threads: its counts
 * stay in the sums, its last frees are counted, and the lock holds for the others to the end.
 *
 * shows: PL-050 PL-128
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_t main_thread;
static struct phaselock_stats before;

static void *outlive(void *unused)
{
	struct phaselock_stats after;

	free(opaque(malloc(1)));
	CHECK_EQUAL(pthread_join(main_thread, NULL), 0);
	after = get_stats();
	CHECK_EQUAL(after.threads, 1);
	CHECK(after.allocations >= before.allocations + 3);
	CHECK(after.bytes_requested >= before.bytes_requested + 12345 + 1 + 1);
	lock_allocations();
	CHECK(opaque(malloc(10)) == NULL);
	unlock_allocations();
	exit(0);
	return unused;
}

int main(void)
{
	pthread_t thread;

	require_armed();
	main_thread = pthread_self();
	before = get_stats();
	free(opaque(malloc(12345)));
	CHECK_EQUAL(pthread_create(&thread, NULL, outlive, NULL), 0);
	free(opaque(malloc(1)));
	pthread_exit(NULL);
}
