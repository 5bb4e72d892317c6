/* SPDX-License-Identifier: MIT */
/* One thread violates in the moment at which another one ends the process: exit_race BUSY. */
#define _GNU_SOURCE
#define PHASELOCK_OPTIONAL
#include <pthread.h>
#include <stdlib.h>

#include <phaselock/phaselock.h>

static pthread_barrier_t together;
static void *volatile block;

static void *violate(void *unused)
{
	pthread_barrier_wait(&together);
	block = malloc(100);
	return unused;
}

int main(int argc, char **argv)
{
	int busy = argc > 1 ? atoi(argv[1]) : 0;
	pthread_t thread;

	pthread_barrier_init(&together, NULL, 2);
	if (pthread_create(&thread, NULL, violate, NULL) != 0)
		return 1;
	lock_allocations();
	pthread_barrier_wait(&together);
	for (volatile int i = 0; i < busy; i++)
		;
	exit(0);
}
