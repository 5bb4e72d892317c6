/* SPDX-License-Identifier: MIT */
/*
 * In a process of one thread a signal handler forks at any moment: between two requests, or inside
 * one, while the allocator holds its own locks. The fork() returns and the child can end, as with
 * glibc's allocator.
 *
 * shows: PL-556
 * needs: gcc
 * timeout: 60
 * backend: jemalloc
 * exit: 0
 * run: {source}/tests/behaviour/parts/each_form.sh {build} {form} fork_in_handler.c small large
 * each: form linked linked-system preloaded preloaded-system static
 */
#define _GNU_SOURCE
#define PHASELOCK_OPTIONAL
#include "behaviour.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>

#define FORKS 2000
#define MICROSECONDS 50 /* at least, between two handlers, so that the program makes progress */
#define BLOCKS 64

static volatile sig_atomic_t forks;

static void come_again(void)
{
	struct itimerval soon = {{0, 0}, {0, MICROSECONDS + forks % 97}};

	CHECK_EQUAL(setitimer(ITIMER_REAL, &soon, NULL), 0);
}

static void fork_in_handler(int signal)
{
	int saved = errno, status;
	pid_t child;

	(void)signal;
	child = fork();
	CHECK(child >= 0);
	if (child == 0)
		_exit(0);
	while (waitpid(child, &status, 0) < 0)
		CHECK_EQUAL(errno, EINTR);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	if (++forks < FORKS)
		come_again();
	errno = saved;
}

/* Sizes whose requests bypass the thread's cache, to the arena's lists or to the kernel. */
static void use_the_heap(bool large, size_t turn)
{
	void *block[BLOCKS];

	for (size_t i = 0; i < BLOCKS; i++)
		block[i] = opaque(malloc(large ? 20000 + (i + turn) % 50 * 4096 : i * 97 + 1));
	for (size_t i = 0; i < BLOCKS; i++)
		free(opaque(realloc(block[i], large ? 300000 : i * 53 + 1)));
}

int main(int count, char **argument)
{
	struct sigaction action = {.sa_handler = fork_in_handler, .sa_flags = SA_RESTART};
	bool large = count == 2 && strcmp(argument[1], "large") == 0;

	if (getenv("ALONE") == NULL)
		require_armed();
	CHECK_EQUAL(sigaction(SIGALRM, &action, NULL), 0);
	come_again();
	for (size_t turn = 0; forks < FORKS; turn++)
		use_the_heap(large, turn);
	return 0;
}
