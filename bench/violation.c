/* SPDX-License-Identifier: MIT */
/*
 * Times a violation with a call stack of 16 frames under policy=allow. A line is two numbers, in
 * nanoseconds for one call; argv[1] says which two:
 *
 *     unwind  a violation at a known site, and _Unwind_Backtrace() of its 16 frames
 *     first   a violation at a known site, and one at a new site, including its report. Each line
 *             needs another process, since a process has 1024 sites
 *     flood   a violation while eight threads make them, and while one does
 *     parts   the parts of a violation that are system calls: thread id, name, and the clock
 *
 * The time is CPU time, so that other work of the machine only adds noise.
 */
#define _GNU_SOURCE
#include <phaselock/phaselock.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <unwind.h>

#define FRAMES 16
#define DEPTH 20 /* calls: more than the recorded frames */
#define SITES 1000
#define ROUNDS 15
#define TIMES 20000
#define THREADS 8
#define FLOOD 100000

static double now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Prints both times, with the heap unlocked meanwhile. */
static void say(double ours, double theirs)
{
	unlock_allocations();
	printf("%.1f %.1f\n", ours, theirs);
	fflush(stdout);
	lock_allocations();
}

static void violate(void)
{
	void *volatile block = malloc(64);

	free(block);
}

struct walk {
	void *frames[FRAMES];
	unsigned count;
};

static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *argument)
{
	struct walk *walk = argument;

	walk->frames[walk->count++] = (void *)_Unwind_GetIP(context);
	return walk->count == FRAMES ? _URC_END_OF_STACK : _URC_NO_REASON;
}

static void unwind(void)
{
	struct walk walk;

	walk.count = 0;
	_Unwind_Backtrace(step, &walk);
	if (walk.count != FRAMES)
		abort();
}

static void thread_id(void)
{
	syscall(SYS_gettid);
}

static void thread_name(void)
{
	char name[16];

	prctl(PR_GET_NAME, name, 0, 0, 0);
}

static void clock_read(void)
{
	now_ns(CLOCK_MONOTONIC);
}

/* Calls function so many times, below `depth` calls whose places depend on the bits of path. */
static __attribute__((noinline)) double descend(unsigned path, int depth, void (*function)(void),
						long times)
{
	volatile double spent;

	if (depth == 0 && times == 1) { /* the caller times it, since reading the clock costs too */
		function();
		return 0;
	}
	if (depth == 0) {
		double begin = now_ns(CLOCK_THREAD_CPUTIME_ID);

		for (long i = 0; i < times; i++)
			function();
		return (now_ns(CLOCK_THREAD_CPUTIME_ID) - begin) / (double)times;
	}
	/* Two calls in two places, which the compiler cannot merge. */
	if ((path >> (depth - 1) & 1) != 0) {
		spent = descend(path, depth - 1, function, times);
		__asm__ volatile("" : : "i"(1));
	} else {
		spent = descend(path, depth - 1, function, times);
		__asm__ volatile("" : : "i"(0));
	}
	return spent;
}

static void pairs(void (*ours)(void), void (*theirs)(void))
{
	descend(0, DEPTH, ours, TIMES);
	descend(0, DEPTH, theirs, TIMES);
	for (int round = 0; round < ROUNDS; round++) {
		double a = descend(0, DEPTH, ours, TIMES);

		say(a, descend(0, DEPTH, theirs, TIMES));
	}
}

/* Both passes run the same code, so that the second one meets the sites of the first. */
static void first(void)
{
	double spent[2] = {0, 0};

	descend(~0u, DEPTH, violate, 1); /* pays for what is done only once */
	for (volatile int pass = 0; pass < 2; pass++) {
		double begin = now_ns(CLOCK_THREAD_CPUTIME_ID);

		for (volatile unsigned path = 0; path < SITES; path++)
			descend(path, DEPTH, violate, 1);
		spent[pass] = (now_ns(CLOCK_THREAD_CPUTIME_ID) - begin) / SITES;
	}
	say(spent[1], spent[0]);
}

static pthread_barrier_t gate;

static void *run(void *times)
{
	pthread_barrier_wait(&gate);
	descend(0, DEPTH, violate, *(long *)times);
	return NULL;
}

/* Returns the CPU time of all threads together, for one violation. */
static double flood(int threads)
{
	pthread_t ids[THREADS];
	long times = FLOOD / threads;
	double begin;

	unlock_allocations();
	pthread_barrier_init(&gate, NULL, (unsigned)threads + 1);
	for (int i = 0; i < threads; i++)
		pthread_create(&ids[i], NULL, run, &times);
	lock_allocations();
	begin = now_ns(CLOCK_PROCESS_CPUTIME_ID);
	pthread_barrier_wait(&gate);
	for (int i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	return (now_ns(CLOCK_PROCESS_CPUTIME_ID) - begin) / FLOOD;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	lock_allocations();
	if (strcmp(what, "unwind") == 0) {
		pairs(violate, unwind);
	} else if (strcmp(what, "first") == 0) {
		first();
	} else if (strcmp(what, "flood") == 0) {
		for (int round = 0; round < 3; round++) {
			double ours = flood(THREADS);

			say(ours, flood(1));
		}
	} else if (strcmp(what, "parts") == 0) {
		pairs(thread_id, clock_read);
		pairs(thread_name, clock_read);
	} else {
		unlock_allocations();
		return 1;
	}
	unlock_allocations();
	return 0;
}
