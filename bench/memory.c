/* SPDX-License-Identifier: MIT */
/*
 * Prints the size of the process in KiB: resident memory, and the part of it that the process has
 * written. Before that, argv[1] threads have each allocated argv[3] blocks (or one) and freed them,
 * ten times, and now sleep; and argv[2] distinct sites have made a request each, which is a
 * violation under lock=main and policy=allow.
 */
#include "work.h" /* first: it defines _GNU_SOURCE */

#include "paths.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define BLOCKS_MAX 4096

static pthread_barrier_t ready, leave;

static void *sleeper(void *argument)
{
	void *blocks[BLOCKS_MAX];
	unsigned count = *(const unsigned *)argument;

	for (int again = 0; again < 10; again++) {
		for (unsigned i = 0; i < count; i++)
			blocks[i] = malloc(64 + i * 37 % 1025);
		for (unsigned i = 0; i < count; i++)
			free(blocks[i]);
	}
	pthread_barrier_wait(&ready);
	pthread_barrier_wait(&leave);
	return NULL;
}

static long field(const char *text, const char *name)
{
	const char *found = strstr(text, name);

	return found ? atol(found + strlen(name)) : 0;
}

/* Does not use stdio, whose buffers would count. */
static void say(void)
{
	static char text[4096], line[64];
	int fd = open("/proc/self/smaps_rollup", O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		abort();
	close(fd);
	snprintf(line, sizeof(line), "%ld %ld\n", field(text, "Rss:"), field(text, "Anonymous:"));
	if (write(1, line, strlen(line)) < 0)
		abort();
}

int main(int argc, char **argv)
{
	unsigned threads = argc > 1 ? (unsigned)atoi(argv[1]) : 0;
	unsigned sites = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
	unsigned blocks = argc > 3 ? (unsigned)atoi(argv[3]) : 1;
	pthread_t id;

	if (blocks > BLOCKS_MAX)
		return 2;
	pthread_barrier_init(&ready, NULL, threads + 1);
	pthread_barrier_init(&leave, NULL, threads + 1);
	for (unsigned i = 0; i < threads; i++)
		if (pthread_create(&id, NULL, sleeper, &blocks) != 0)
			abort();
	pthread_barrier_wait(&ready);
	for (unsigned path = 0; path <= sites; path++)
		paths_descend(path, PATHS_BITS);
	say();
	pthread_barrier_wait(&leave);
	return 0;
}
