/* SPDX-License-Identifier: MIT */
/*
 * Prints the longest of 10,000 calls of lock_allocations(), and of what it promises to cost little
 * more than: membarrier(2) alone, and an exchange followed by membarrier(2). The three run in turns
 * under the same load. The three numbers are ticks of the processor. argv[1] is the load:
 *
 *     forks       another thread forks again and again, with 1 GiB resident
 *     threads     64 threads make requests
 *     priorities  three threads of real-time priorities on one processor: the lowest sums the
 *                 statistics of 64 threads, the middle one computes, the highest calls
 *
 * The caller has a real-time priority under each.
 */
#define _GNU_SOURCE
#include <phaselock/phaselock.h>

#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#define CALLS 10000
#define RESIDENT ((size_t)1 << 30)
#define THREADS 64
#define PAUSE 300 /* microseconds from one round of calls to the next; the load goes on */
#define SPIN 3000 /* microseconds for which the middle priority computes */

static atomic_bool stop;
/* threads that have made their first requests, which would be violations later */
static atomic_int ready;
static uint64_t worst_lock, worst_barrier, worst_exchange;
static _Alignas(4096) struct { /* on its own page, like the phase word */
	_Atomic uint64_t word;
	char rest[4096 - sizeof(uint64_t)];
} page;

/* Reads the clock when all earlier instructions are done and no later one has begun. */
static inline uint64_t ticks(void)
{
	uint64_t now;

	_mm_lfence();
	now = __rdtsc();
	_mm_lfence();
	return now;
}

static void time_lock(void)
{
	uint64_t begin = ticks(), time;

	phaselock_lock_allocations();
	time = ticks() - begin;
	phaselock_unlock_allocations();
	if (time > worst_lock)
		worst_lock = time;
}

static void time_barrier(void)
{
	uint64_t begin = ticks(), time;

	syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
	time = ticks() - begin;
	if (time > worst_barrier)
		worst_barrier = time;
}

/* Writes, since after a fork() the next write to a page waits until the page is copied. */
static void time_exchange(void)
{
	uint64_t begin = ticks(), time;

	atomic_exchange(&page.word, begin);
	syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
	time = ticks() - begin;
	if (time > worst_exchange)
		worst_exchange = time;
}

static void take_priority(int priority)
{
	struct sched_param wanted = {.sched_priority = priority};

	if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &wanted) != 0) {
		fputs("promise: no right to real-time priorities\n", stderr);
		_exit(1);
	}
}

/* Has a real-time priority, so that the call is timed and not the wait for a processor. */
static void *time_all(void *unused)
{
	static void (*const timed[])(void) = {time_lock, time_barrier, time_exchange};

	take_priority(50);
	for (int i = 0; i < CALLS; i++) {
		/* Rotate: the first call of a round pays for what happened in the pause. */
		for (int j = 0; j < 3; j++)
			timed[(i + j) % 3]();
		usleep(PAUSE);
	}
	atomic_store(&stop, true);
	return unused;
}

static void start(pthread_t *thread, void *(*function)(void *unused))
{
	if (pthread_create(thread, NULL, function, NULL) != 0)
		abort();
}

/* ---- loads ----------------------------------------------------------------------------------- */

static void *fork_on(void *unused)
{
	ready++;
	while (!atomic_load(&stop)) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		waitpid(child, NULL, 0);
	}
	return unused;
}

static void make_resident(void)
{
	char *memory =
		mmap(NULL, RESIDENT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		abort();
	madvise(memory, RESIDENT, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < RESIDENT; i += 4096)
		memory[i] = 1;
}

/* Makes requests in a permit scope, so they are granted in the locked phase too. */
static void *request_on(void *unused)
{
	phaselock_permit_begin();
	ready++;
	while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
		void *volatile block = malloc(64);

		free(block);
	}
	phaselock_permit_end();
	return unused;
}

static void *sleep_on(void *unused)
{
	void *volatile block = malloc(64);

	free(block);
	ready++;
	while (!atomic_load(&stop))
		usleep(100000);
	return unused;
}

static void stay_on_one_processor(void)
{
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_setaffinity(0, sizeof(first), &first);
}

static void *sum_on(void *unused)
{
	struct phaselock_stats stats;

	stay_on_one_processor();
	take_priority(1);
	ready++;
	while (!atomic_load(&stop))
		phaselock_get_stats(&stats, sizeof(stats));
	return unused;
}

static void *compute_on(void *unused)
{
	struct timespec now, end;

	stay_on_one_processor();
	take_priority(10);
	ready++;
	while (!atomic_load(&stop)) {
		usleep(SPIN / 2);
		clock_gettime(CLOCK_MONOTONIC, &end);
		end.tv_nsec += SPIN * 1000L;
		do {
			clock_gettime(CLOCK_MONOTONIC, &now);
		} while ((now.tv_sec - end.tv_sec) * 1000000000L + now.tv_nsec - end.tv_nsec < 0);
	}
	return unused;
}

static void *time_all_there(void *unused)
{
	stay_on_one_processor();
	return time_all(unused);
}

int main(int count, char **argument)
{
	const char *load = count == 2 ? argument[1] : "";
	pthread_t thread[THREADS + 2], timer;
	int threads = 0;

	phaselock_lock_allocations(); /* the first call, which registers membarrier */
	phaselock_unlock_allocations();
	if (strcmp(load, "forks") == 0) {
		make_resident();
		start(&thread[threads++], fork_on);
	} else if (strcmp(load, "threads") == 0) {
		while (threads < THREADS)
			start(&thread[threads++], request_on);
	} else if (strcmp(load, "priorities") == 0) {
		while (threads < THREADS)
			start(&thread[threads++], sleep_on);
		start(&thread[threads++], sum_on);
		start(&thread[threads++], compute_on);
	} else {
		return 2;
	}
	while (ready < threads)
		usleep(1000);
	start(&timer, strcmp(load, "priorities") == 0 ? time_all_there : time_all);
	pthread_join(timer, NULL);
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	printf("%llu %llu %llu\n", (unsigned long long)worst_lock,
	       (unsigned long long)worst_barrier, (unsigned long long)worst_exchange);
	return 0;
}
