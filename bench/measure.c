/* SPDX-License-Identifier: MIT */
/*
 * measure PRELOAD PROGRAM [ARGUMENTS...]: runs a program with PRELOAD in LD_PRELOAD, unless it is
 * empty, and ends with its status. It writes two lines to descriptor 3: the program's process id,
 * at once; and at the end the nanoseconds from fork to end, and the largest size in KiB of the
 * program or a child. Both processes end when their starter ends.
 *
 * This is a process of its own because the largest size of a process includes that of the process
 * it was forked from, so the program must be forked from a small one.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	uint64_t begin;
	int status;
	pid_t pid;

	if (argc < 3)
		return 125;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	begin = now();
	pid = fork();
	if (pid < 0)
		return 125;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(3);
		if (argv[1][0] != '\0')
			setenv("LD_PRELOAD", argv[1], 1);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	dprintf(3, "%d\n", (int)pid);
	if (wait4(pid, &status, 0, &usage) != pid)
		return 125;
	dprintf(3, "%lu %ld\n", (unsigned long)(now() - begin), usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
