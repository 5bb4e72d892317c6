/* SPDX-License-Identifier: MIT */
/*
 * The call stack of a lock stands in the first report that has to do with it, and is "as above" in
 * the next ones; the next lock's is told again, and so is it in a child, whose reports may go
 * elsewhere, and in the report of an abort, which may be the only one that is read.
 *
 * shows: PL-903
 * environment: PHASELOCK_OPTIONS=policy=allow
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(1) while allocations are locked
 * |   thread {number} "lock_is_told_on", 1st time at this site
 * | {frames}
 * |   locked {number} {any} before by thread {number} "lock_is_told_on":
 * |     #0 lock+{hex} ({any}/lock_is_told_once+{hex})
 * | {details}
 * | phaselock: allowed (policy=allow)
 * | phaselock: violation: malloc(2) while allocations are locked
 * |   thread {number} "lock_is_told_on", 1st time at this site
 * | {frames}
 * |   locked {number} {any} before by thread {number} "lock_is_told_on", as above
 * | {details}
 * | phaselock: allowed (policy=allow)
 * | phaselock: violation: malloc(3) while allocations are locked
 * |   thread {number} "lock_is_told_on", 1st time at this site
 * | {frames}
 * |   locked {number} {any} before by thread {number} "lock_is_told_on":
 * |     #0 lock+{hex} ({any}/lock_is_told_once+{hex})
 * | {details}
 * | phaselock: allowed (policy=allow)
 * | phaselock: violation: malloc(4) while allocations are locked
 * |   thread {number} "lock_is_told_on", 1st time at this site
 * | {frames}
 * |   locked {number} {any} before by thread {number} "lock_is_told_on":
 * |     #0 lock+{hex} ({any}/lock_is_told_once+{hex})
 * | {details}
 * | phaselock: allowed (policy=allow)
 * | phaselock: violation: malloc(5) while allocations are locked
 * |   thread {number} "lock_is_told_on", 1st time at this site
 * | {frames}
 * |   locked {number} {any} before by thread {number} "lock_is_told_on":
 * |     #0 lock+{hex} ({any}/lock_is_told_once+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <phaselock/phaselock.h>

static void *volatile block;

void lock(void);

__attribute__((noinline)) void lock(void)
{
	lock_allocations();
	block = NULL; /* or the call is a jump */
}

int main(void)
{
	int status;

	lock();
	block = malloc(1);
	block = malloc(2);
	unlock_allocations();
	lock();
	block = malloc(3);
	if (fork() == 0) {
		block = malloc(4);
		phaselock_set_policy(PHASELOCK_ABORT);
		block = malloc(5);
	}
	wait(&status);
	_exit(!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT);
}
