/* SPDX-License-Identifier: MIT */
/*
 * Threads read lines and flush all streams, so they take libc's locks around requests, while two
 * others fork, with a flush before or without. fork() takes libc's locks and those of the allocator
 * in the same order as requests do, so nobody waits for ever. The children end by exit(), which
 * flushes too, or by _exit().
 *
 * shows: PL-555
 * needs: gcc
 * timeout: 60
 * backend: jemalloc
 * exit: 0
 * run: {source}/tests/behaviour/parts/each_form.sh {build} {form} fork_with_stdio.c
 *     "flush _exit" "flush exit" "fork _exit" "fork exit"
 * each: form linked linked-system preloaded preloaded-system static
 */
#define _GNU_SOURCE
#define PHASELOCK_OPTIONAL
#include "behaviour.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>

#define LINE 5000
#define MILLISECONDS 1000

static bool flush_first, exit_by_libc;
static atomic_bool stop;
static atomic_long forks;
static char text[LINE + 1];

static void *fork_on(void *unused)
{
	while (!stop) {
		pid_t child;
		int status;

		if (flush_first)
			fflush(NULL);
		child = fork();
		CHECK(child >= 0);
		if (child == 0 && exit_by_libc)
			exit(0);
		if (child == 0)
			_exit(0);
		CHECK(waitpid(child, &status, 0) == child);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		forks++;
	}
	return unused;
}

/*
 * getline() asks for memory with the stream locked. Each thread has a stream of its own, in memory:
 * a child that exits would move the place in a file for its parent too.
 */
static void *read_on(void *unused)
{
	FILE *own = fmemopen(text, sizeof(text), "r");

	CHECK(own != NULL);
	while (!stop) {
		char *line = NULL;
		size_t size = 0;

		rewind(own);
		CHECK(getline(&line, &size, own) == LINE + 1);
		free(line);
	}
	fclose(own);
	return unused;
}

static void *flush_on(void *unused)
{
	while (!stop)
		fflush(NULL);
	return unused;
}

int main(int count, char **argument)
{
	void *(*const work[])(void *) = {fork_on, fork_on, read_on, read_on, flush_on};
	pthread_t thread[5];
	long last = 0;

	CHECK(count == 3);
	if (getenv("ALONE") == NULL)
		require_armed();
	flush_first = strcmp(argument[1], "flush") == 0;
	exit_by_libc = strcmp(argument[2], "exit") == 0;
	memset(text, 'x', LINE);
	text[LINE] = '\n';
	/* Who flushes before the fork needs no other thread that flushes. */
	for (int i = 0; i < 5 - flush_first; i++)
		CHECK_EQUAL(pthread_create(&thread[i], NULL, work[i], NULL), 0);
	usleep(MILLISECONDS * 1000);
	/* Each thread goes on: some forks after the last look. */
	last = forks;
	for (int i = 0; forks < last + 4; i++) {
		CHECK(i < 500);
		usleep(10000);
	}
	stop = true;
	for (int i = 0; i < 5 - flush_first; i++)
		pthread_join(thread[i], NULL);
	return 0;
}
