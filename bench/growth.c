/* SPDX-License-Identifier: MIT */
/*
 * Shows whether the hundred thousandth thread or site costs more than the hundredth. Each line is a
 * number and the mean nanoseconds since the line before; argv[1] says of what:
 *
 *     threads   number of threads so far (they live one after another), time of a thread that makes
 *               one request, time of get_stats() (0 without phaselock)
 *     sites     number of distinct sites, time of a violation at a new site, time of one at a known
 *               site; run it with lock=main and policy=allow
 */
#define _GNU_SOURCE
#define PHASELOCK_OPTIONAL
#include <phaselock/phaselock.h>

#include "paths.h"
#include "work.h"

#include <string.h>

#define THREADS 100000
#define SITES 10000
#define TIMES 2000

static void *live(void *unused)
{
	void *volatile block = malloc(64);

	free(block);
	return unused;
}

static bool is_told(long number)
{
	while (number % 10 == 0)
		number /= 10;
	return number == 1 || number == 2 || number == 5;
}

static double stats_ns(void)
{
	struct phaselock_stats sum;
	uint64_t begin = work_now();

	if (!phaselock_present())
		return 0;
	for (int i = 0; i < TIMES; i++)
		phaselock_get_stats(&sum, sizeof(sum));
	return (double)(work_now() - begin) / TIMES;
}

static void threads(void)
{
	uint64_t begin = work_now();
	long told = 0;

	for (long number = 1; number <= THREADS; number++) {
		pthread_t id;

		if (pthread_create(&id, NULL, live, NULL) != 0)
			abort();
		pthread_join(id, NULL);
		if (number < 100 || !is_told(number))
			continue;
		printf("%ld %.1f", number, (double)(work_now() - begin) / (double)(number - told));
		printf(" %.1f\n", stats_ns());
		told = number;
		begin = work_now();
	}
}

/* CPU time of this thread, so that other work of the machine only adds noise. */
static uint64_t processor_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static double violate(unsigned from, unsigned to)
{
	uint64_t begin = processor_ns();

	for (unsigned path = from; path < to; path++)
		paths_descend(path, PATHS_BITS);
	return (double)(processor_ns() - begin) / (to - from);
}

/* Keeps the results in an array, since printing would be a violation too. */
static void sites(void)
{
	static double fresh[64], known[64];
	static unsigned numbers[64];
	unsigned told = 0, count = 0;

	for (unsigned number = 10; number <= SITES; number++) {
		if (!is_told(number) && number != 1024)
			continue;
		fresh[count] = violate(told, number);
		known[count] = violate(told, number);
		numbers[count++] = told = number;
	}
	if (phaselock_present())
		phaselock_unlock_allocations();
	for (unsigned i = 0; i < count; i++)
		printf("%u %.1f %.1f\n", numbers[i], fresh[i], known[i]);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "threads") == 0)
		threads();
	else if (argc > 1 && strcmp(argv[1], "sites") == 0)
		sites();
	else
		return 2;
	return 0;
}
