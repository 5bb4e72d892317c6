/* SPDX-License-Identifier: MIT */
/*
 * Prints the longest first malloc of a thread, in nanoseconds, over 20 threads one after the other.
 * The program keeps all its present and future memory resident, as real-time programs do.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define THREADS 20

static double longest;

static double nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void *ask_once(void *unused)
{
	double begin = nanoseconds(), time;
	void *volatile block = malloc(100);

	time = nanoseconds() - begin;
	if (time > longest)
		longest = time;
	free(block);
	return unused;
}

int main(void)
{
	void *volatile block = malloc(100);
	pthread_attr_t small;

	free(block);
	if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0) {
		perror("first: mlockall");
		return 1;
	}
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, (size_t)64 << 10);
	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;

		if (pthread_create(&thread, &small, ask_once, NULL) != 0)
			return 1;
		pthread_join(thread, NULL);
	}
	printf("%.0f\n", longest);
	return 0;
}
