/* SPDX-License-Identifier: MIT */
/*
 * Four thousand short threads: the number of living threads goes down again, no count is lost, and
 * the resident size is that of the threads that live at once. Records that are never reused would
 * be more than 1400 KiB between the two measurements; the allocator's own growth reached 300 KiB.
 *
 * shows: PL-050 PL-051 PL-055
 * libc: glibc musl
 * exit: 0
 * timeout: 60
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>

#define AT_ONCE 4
#define GROWTH_MAX_KIB 700
#define EARLY 500 /* threads, before the first look */
#define LATE 3500 /* threads, between the looks */

static void *work(void *unused)
{
	free(opaque(malloc(1000)));
	CHECK_EQUAL(thread_stats().allocations, 1);
	return unused;
}

static void run_threads(int count)
{
	for (int i = 0; i < count; i += AT_ONCE) {
		pthread_t threads[AT_ONCE];

		for (int j = 0; j < AT_ONCE; j++)
			CHECK_EQUAL(pthread_create(&threads[j], NULL, work, NULL), 0);
		for (int j = 0; j < AT_ONCE; j++)
			pthread_join(threads[j], NULL);
	}
}

/* Returns the resident size in KiB. Read without stdio, which would allocate. */
static long resident_kib(void)
{
	char text[4096];
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t length = read(fd, text, sizeof(text) - 1);
	const char *line;

	CHECK(length > 0);
	close(fd);
	text[length] = '\0';
	line = strstr(text, "VmRSS:");
	CHECK(line != NULL);
	return strtol(line + strlen("VmRSS:"), NULL, 10);
}

int main(void)
{
	struct phaselock_stats begin, own_begin, all, own;
	long early, late;

	require_armed();
	begin = get_stats();
	own_begin = thread_stats();
	run_threads(EARLY);
	early = resident_kib();
	run_threads(LATE);
	late = resident_kib();
	CHECK(late - early < GROWTH_MAX_KIB);
	all = get_stats();
	CHECK_EQUAL(all.threads, 1);
	all = phaselock_stats_delta(&begin, &all);
	own = thread_stats_since(&own_begin);
	CHECK_EQUAL(all.allocations - own.allocations, EARLY + LATE);
	CHECK_EQUAL(all.bytes_requested - own.bytes_requested, (EARLY + LATE) * 1000);
	return 0;
}
