/* SPDX-License-Identifier: MIT */
/*
 * A child of fork() that ends by exit() does not wait for a lock that another thread of its parent
 * held at the fork: the lock of the list of modules, which unwinders and profilers walk.
 *
 * shows: PL-555
 * needs: gcc
 * timeout: 60
 * backend: jemalloc
 * environment: PHASELOCK_OPTIONS=stats=1
 * exit: 0
 * run: {source}/tests/behaviour/parts/each_form.sh {build} {form} child_exits.c walk
 * each: form linked linked-system preloaded preloaded-system static
 */
#define _GNU_SOURCE
#define PHASELOCK_OPTIONAL
#include "behaviour.h"

#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>

#define FORKS 300
#define PATIENCE 2000 /* milliseconds for one child */

static int look(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)info;
	(void)size;
	(void)unused;
	return 0;
}

static void *walk(void *unused)
{
	for (;;)
		dl_iterate_phdr(look, NULL);
	return unused;
}

int main(void)
{
	pthread_t thread;

	if (getenv("ALONE") == NULL)
		require_armed();
	CHECK_EQUAL(pthread_create(&thread, NULL, walk, NULL), 0);
	for (int i = 0; i < FORKS; i++) {
		pid_t child = fork();
		int status, waited = 0;

		CHECK(child >= 0);
		if (child == 0)
			exit(0);
		while (waitpid(child, &status, WNOHANG) == 0) {
			CHECK(waited++ < PATIENCE);
			usleep(1000);
		}
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	exit(0);
}
