/* SPDX-License-Identifier: MIT */
/*
 * The frame of a micro benchmark: argv[1] threads share argv[2] operations evenly, and start when
 * all are ready. It prints the nanoseconds from the start of the first thread to the end of the
 * last. It knows neither what an operation is nor which allocator serves it.
 */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

#define _GNU_SOURCE

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WORK_THREADS_MAX 64

struct work {
	unsigned thread; /* from 0 */
	unsigned threads;
	long operations; /* of this thread */
	uint64_t begin;
	void (*run)(const struct work *work);
};

static pthread_barrier_t work_gate;

static inline uint64_t work_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Random numbers that are the same in each run: xorshift, seeded with the thread's number. */
static inline uint64_t work_seed(const struct work *work)
{
	return 0x9e3779b97f4a7c15u * (work->thread + 1);
}

static inline uint64_t work_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static inline void *work_start(void *argument)
{
	struct work *work = argument;

	pthread_barrier_wait(&work_gate);
	work->begin = work_now();
	work->run(work);
	return NULL;
}

/* A single thread is the main thread, so that libc knows that there is no other. */
static inline int work_main(int argc, char **argv, void (*run)(const struct work *work),
			    long operations)
{
	pthread_t ids[WORK_THREADS_MAX];
	struct work work[WORK_THREADS_MAX];
	unsigned threads = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
	uint64_t begin, end;

	if (argc > 2)
		operations = atol(argv[2]);
	if (threads < 1 || threads > WORK_THREADS_MAX || operations < 1)
		return 2;
	pthread_barrier_init(&work_gate, NULL, threads);
	for (unsigned i = 0; i < threads; i++)
		work[i] = (struct work){i, threads, operations / threads, 0, run};
	for (unsigned i = 1; i < threads; i++)
		if (pthread_create(&ids[i], NULL, work_start, &work[i]) != 0)
			return 2;
	work_start(&work[0]);
	for (unsigned i = 1; i < threads; i++)
		pthread_join(ids[i], NULL);
	end = work_now();
	begin = work[0].begin;
	for (unsigned i = 1; i < threads; i++)
		begin = work[i].begin < begin ? work[i].begin : begin;
	printf("%lu\n", (unsigned long)(end - begin));
	return 0;
}

#endif
