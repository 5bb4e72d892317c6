/* SPDX-License-Identifier: MIT */
/*
 * Times single calls. A line is a name and four percentiles of its times, in ticks of the
 * processor: p50, p99, p99.99, worst. argv[1] says which calls:
 *
 *     requests   the two readings of the clock alone; malloc and free in INIT; both while locked,
 *                the malloc in a permit scope. 64 bytes, in turns of 1,000
 *     stats N    a malloc in INIT, and get_stats() with N threads that made requests and now sleep
 *     lock       a malloc in INIT, and lock_allocations() and unlock_allocations() while 64 threads
 *                of the lowest priority make requests in a permit scope
 */
#define _GNU_SOURCE
#include <phaselock/phaselock.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <x86intrin.h>

#define SAMPLES 200000
#define TURN 1000
#define CALLS 20000 /* of functions that make no request */
#define BUSY 64
#define THREADS_MAX 1000

enum { CLOCK, MALLOC, FREE, LOCKED_MALLOC, LOCKED_FREE, KINDS };

static uint32_t times[KINDS][SAMPLES];
static atomic_bool stop;
static pthread_barrier_t ready, leave;

/* Reads the clock when all earlier instructions are done and no later one has begun. */
static inline uint64_t ticks(void)
{
	uint64_t now;

	_mm_lfence();
	now = __rdtsc();
	_mm_lfence();
	return now;
}

static inline uint32_t since(uint64_t begin)
{
	return (uint32_t)(ticks() - begin);
}

static int compare(const void *a, const void *b)
{
	uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;

	return (first > second) - (first < second);
}

static void say(const char *name, uint32_t *taken, size_t count)
{
	qsort(taken, count, sizeof(*taken), compare);
	printf("%s %u %u %u %u\n", name, taken[count / 2], taken[count / 100 * 99],
	       taken[count - 1 - count / 10000], taken[count - 1]);
}

static inline void *timed_malloc(uint32_t *time)
{
	uint64_t begin = ticks();
	void *volatile block = malloc(64);

	*time = since(begin);
	return block;
}

static inline void timed_free(void *block, uint32_t *time)
{
	uint64_t begin = ticks();

	free(block);
	*time = since(begin);
}

static void time_init(size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		uint64_t begin = ticks();

		times[CLOCK][i] = since(begin);
		timed_free(timed_malloc(&times[MALLOC][i]), &times[FREE][i]);
	}
}

static void time_locked(size_t from, size_t to)
{
	lock_allocations();
	for (size_t i = from; i < to; i++) {
		void *block;

		phaselock_permit_begin();
		block = timed_malloc(&times[LOCKED_MALLOC][i]);
		phaselock_permit_end();
		timed_free(block, &times[LOCKED_FREE][i]);
	}
	unlock_allocations();
}

static void requests(void)
{
	for (size_t i = 0; i < SAMPLES; i += TURN) {
		time_init(i, i + TURN);
		time_locked(i, i + TURN);
	}
	say("clock", times[CLOCK], SAMPLES);
	say("malloc", times[MALLOC], SAMPLES);
	say("free", times[FREE], SAMPLES);
	say("locked-malloc", times[LOCKED_MALLOC], SAMPLES);
	say("locked-free", times[LOCKED_FREE], SAMPLES);
}

static void *sleeper(void *unused)
{
	void *volatile block = malloc(64);

	free(block);
	pthread_barrier_wait(&ready);
	pthread_barrier_wait(&leave);
	return unused;
}

static void *busy(void *unused)
{
	setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 19);
	phaselock_permit_begin();
	pthread_barrier_wait(&ready);
	while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
		void *volatile block = malloc(64);

		free(block);
	}
	phaselock_permit_end();
	pthread_barrier_wait(&leave);
	return unused;
}

static void start(unsigned count, void *(*function)(void *unused))
{
	pthread_attr_t small;
	pthread_t id;

	pthread_barrier_init(&ready, NULL, count + 1);
	pthread_barrier_init(&leave, NULL, count + 1);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, (size_t)64 << 10);
	pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
	for (unsigned i = 0; i < count; i++)
		if (pthread_create(&id, &small, function, NULL) != 0)
			abort();
	pthread_barrier_wait(&ready);
}

static void stats(unsigned threads)
{
	struct phaselock_stats sum;

	if (threads > 1)
		start(threads - 1, sleeper);
	time_init(0, CALLS);
	for (size_t i = 0; i < CALLS; i++) {
		uint64_t begin = ticks();

		phaselock_get_stats(&sum, sizeof(sum));
		times[LOCKED_MALLOC][i] = since(begin);
	}
	say("clock", times[CLOCK], CALLS);
	say("malloc", times[MALLOC], CALLS);
	say("get_stats", times[LOCKED_MALLOC], CALLS);
	if (threads > 1)
		pthread_barrier_wait(&leave);
}

static void lock(void)
{
	time_init(0, CALLS);
	start(BUSY, busy);
	for (size_t i = 0; i < CALLS; i++) {
		uint64_t begin = ticks();

		lock_allocations();
		times[LOCKED_MALLOC][i] = since(begin);
		begin = ticks();
		unlock_allocations();
		times[LOCKED_FREE][i] = since(begin);
	}
	say("clock", times[CLOCK], CALLS);
	say("malloc", times[MALLOC], CALLS);
	say("lock", times[LOCKED_MALLOC], CALLS);
	say("unlock", times[LOCKED_FREE], CALLS);
	atomic_store(&stop, true);
	pthread_barrier_wait(&leave);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int threads = argc > 2 ? atoi(argv[2]) : 1;

	if (strcmp(what, "requests") == 0)
		requests();
	else if (strcmp(what, "stats") == 0 && threads >= 1 && threads <= THREADS_MAX)
		stats((unsigned)threads);
	else if (strcmp(what, "lock") == 0)
		lock();
	else
		return 2;
	return 0;
}
