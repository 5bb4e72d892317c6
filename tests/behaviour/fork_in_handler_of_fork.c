/* SPDX-License-Identifier: MIT */
/*
 * A signal handler that forks, and whose child allocates, may interrupt another fork() at any
 * moment: the child of each fork sends the signal while its parent is still in fork(). Stock
 * jemalloc 5.3 can deadlock there, because it holds its locks around fork() without blocking
 * signals. Here the locks are held only while all signals are blocked.
 *
 * shows: PL-121
 * run: {self} 400
 * exit: 0
 * timeout: 20
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>

static volatile sig_atomic_t handled;
static pid_t parent;

static void wait_for(pid_t child)
{
	int status;

	CHECK(child > 0);
	while (waitpid(child, &status, 0) < 0)
		CHECK_EQUAL(errno, EINTR);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void allocate_as_child(void)
{
	for (size_t size = 16; size <= 65536; size *= 2)
		free(opaque(malloc(size)));
	CHECK_EQUAL(get_stats().threads, 1);
	_exit(0);
}

static void fork_in_handler(int signal)
{
	int saved = errno;
	pid_t child;

	(void)signal;
	if (getpid() != parent)
		return;
	child = fork();
	if (child == 0)
		allocate_as_child();
	wait_for(child);
	handled++;
	errno = saved;
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = fork_in_handler};
	long forks = argc > 1 ? strtol(argv[1], NULL, 10) : 0;

	require_armed();
	CHECK(forks > 0);
	parent = getpid();
	CHECK_EQUAL(sigaction(SIGUSR1, &action, NULL), 0);
	for (long i = 0; i < forks; i++) {
		pid_t child = fork();

		if (child == 0) {
			kill(parent, SIGUSR1);
			allocate_as_child();
		}
		wait_for(child);
	}
	CHECK_EQUAL(handled, forks);
	return 0;
}
