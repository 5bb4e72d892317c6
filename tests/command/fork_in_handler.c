/* SPDX-License-Identifier: MIT */
/*
 * A handler forks, wherever it interrupts, and the child goes on from there. Prints how many
 * children a signal has killed.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 200
#define MORE 200 /* requests of a child */

static volatile sig_atomic_t is_child, children, killed;

static void make_child(int number)
{
	pid_t child;
	int status;

	(void)number;
	if (is_child)
		return;
	child = fork();
	is_child = child == 0;
	if (child <= 0)
		return;
	waitpid(child, &status, 0);
	children++;
	killed += WIFSIGNALED(status) != 0;
}

int main(void)
{
	const struct itimerval often = {{0, 2000}, {0, 2000}};
	int left = MORE;

	signal(SIGALRM, make_child);
	setitimer(ITIMER_REAL, &often, NULL);
	while (children < CHILDREN && left > 0) {
		void *volatile block = malloc(100);

		free(block);
		left -= is_child;
	}
	if (is_child)
		_exit(0);
	printf("%d killed\n", (int)killed);
	return 0;
}
