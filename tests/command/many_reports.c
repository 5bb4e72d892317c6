/* SPDX-License-Identifier: MIT */
/*
 * many_reports PROCESSES THREADS: so many processes, each with so many threads, violate at eight
 * sites each at the same time. Their reports are longer than a piece of the pipe.
 */
#define PHASELOCK_OPTIONAL
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <phaselock/phaselock.h>

static pthread_barrier_t barrier;

/* Long names, as C++ has them, make long reports. */
#define JOIN(a, b, c) a##b##c
#define DIVE                                                                                       \
	JOIN(function_with_a_name_as_long_as_those_of_templates_,                                  \
	     with_arguments_that_are_templates_with_arguments_,                                    \
	     that_are_templates_themselves_and_so_on_until_it_is_enough)

void DIVE(unsigned bits, unsigned depth);

/* A call for each value of a bit makes each number a call stack of its own. */
__attribute__((noinline, noclone)) void DIVE(unsigned bits, unsigned depth)
{
	if (depth == 0) {
		free(malloc(100));
		__asm__ volatile("");
	} else if ((bits & 1) != 0) {
		DIVE(bits >> 1, depth - 1);
		__asm__ volatile("nop");
	} else {
		DIVE(bits >> 1, depth - 1);
		__asm__ volatile("");
	}
}

static void *violate(void *number)
{
	pthread_barrier_wait(&barrier);
	for (unsigned i = 0; i < 8; i++)
		DIVE((unsigned)(size_t)number * 8 + i, 29);
	return NULL;
}

static void run(unsigned threads)
{
	pthread_t all[64];

	pthread_barrier_init(&barrier, NULL, threads + 1);
	for (size_t i = 0; i < threads; i++)
		pthread_create(&all[i], NULL, violate, (void *)i);
	lock_allocations();
	pthread_barrier_wait(&barrier);
	for (size_t i = 0; i < threads; i++)
		pthread_join(all[i], NULL);
	unlock_allocations();
}

int main(int argc, char **argv)
{
	unsigned processes = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
	unsigned threads = argc > 2 ? (unsigned)atoi(argv[2]) : 1;

	for (unsigned i = 0; i < processes; i++) {
		if (fork() == 0) {
			run(threads);
			return 0;
		}
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
