/* SPDX-License-Identifier: MIT */
/*
 * While the heap is locked, fork(), vfork(), posix_spawn(), system() and exec() make no heap
 * request. An executed program starts afresh, unlocked. A child of vfork() that ends by a violation
 * leaves its parent, with which it shares all memory, able to go on.
 *
 * shows: PL-125
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * run: {self} {HOW}
 * each: HOW fork vfork posix_spawn system
 * exit: 0
 * run: {self} vfork_violates
 * environment: PHASELOCK_OPTIONS=policy=abort:max_reports=1:frames=1
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "spawn_locked", 1st time at this site
 * |     #0 vfork_and_violate+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  vfork_and_violate+{hex} ({any}+{hex})
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

static char *self;
static char *fresh_arguments[] = {NULL, NULL};

static void check_status(pid_t child)
{
	int status;

	CHECK(child > 0);
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void by_fork(void)
{
	pid_t child = fork();

	if (child == 0) {
		execv(self, fresh_arguments);
		_exit(1);
	}
	check_status(child);
}

static void by_vfork(void)
{
	pid_t child = vfork();

	if (child == 0) {
		execv(self, fresh_arguments);
		_exit(1);
	}
	check_status(child);
}

static void by_posix_spawn(void)
{
	pid_t child;

	CHECK_EQUAL(posix_spawn(&child, self, NULL, NULL, fresh_arguments, environ), 0);
	check_status(child);
}

static void by_system(void)
{
	CHECK_EQUAL(system("true"), 0);
}

void vfork_and_violate(void);
FRAME void vfork_and_violate(void)
{
	pid_t child = vfork();
	int status;

	if (child == 0) {
		free(opaque(malloc(10)));
		_exit(1);
	}
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void go_on_after_vfork(void)
{
	vfork_and_violate();
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_LOCKED);
	CHECK_EQUAL(get_stats().locked_attempts, 1);
	phaselock_permit_begin();
	free(opaque(malloc(10)));
	phaselock_permit_end();
	CHECK_EQUAL(get_stats().permitted_attempts, 1);
}

static const struct {
	const char *name;
	void (*run)(void);
	uint64_t violations;
} ways[] = {
	{"fork", by_fork, 0},
	{"vfork", by_vfork, 0},
	{"posix_spawn", by_posix_spawn, 0},
	{"system", by_system, 0},
	{"vfork_violates", go_on_after_vfork, 1},
};

int main(int argc, char **argv)
{
	require_armed();
	CHECK_EQUAL(phaselock_get_phase(), PHASELOCK_INIT);
	if (argc < 2)
		return 0; /* it is the executed one: armed, and unlocked */
	self = argv[0];
	fresh_arguments[0] = self;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (strcmp(ways[i].name, argv[1]) != 0)
			continue;
		lock_allocations();
		ways[i].run();
		unlock_allocations();
		CHECK_EQUAL(get_stats().locked_attempts, ways[i].violations);
		return 0;
	}
	return 1;
}
