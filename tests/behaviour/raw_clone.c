/* SPDX-License-Identifier: MIT */
/*
 * A thread made by clone(2) without thread-local storage of its own uses its maker's, as all of
 * libc does in it. Its requests are judged, and its violations are reported under its own id. Both
 * are counted for its maker, exactly as long as the two do not make requests at the same time.
 *
 * shows: PL-129
 * environment: PHASELOCK_OPTIONS=policy=deny:frames=1
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "raw_clone", 1st time at this site
 * |     #0 request+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  request+{hex} ({any}+{hex})
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <linux/futex.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>

#define STACK_SIZE 262144

static _Alignas(64) char stack[STACK_SIZE];
static volatile int alive; /* the kernel zeroes it when the thread has ended */
static volatile pid_t clone_id;

void request(void);
FRAME void request(void)
{
	CHECK(opaque(malloc(10)) == NULL);
}

static int run(void *unused)
{
	(void)unused;
	clone_id = (pid_t)syscall(SYS_gettid);
	request();
	phaselock_permit_begin();
	free(opaque(malloc(20)));
	phaselock_permit_end();
	syscall(SYS_exit, 0);
	return 0;
}

int main(void)
{
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
		    CLONE_SYSVSEM | CLONE_CHILD_CLEARTID;
	struct phaselock_stats begin, did;
	struct phaselock_violation site;

	require_armed();
	begin = thread_stats();
	alive = 1;
	lock_allocations();
	CHECK(clone(run, stack + STACK_SIZE, flags, NULL, NULL, NULL, &alive) > 0);
	while (alive != 0)
		syscall(SYS_futex, &alive, FUTEX_WAIT, 1, NULL, NULL, 0);
	unlock_allocations();
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.locked_attempts, 1);
	CHECK_EQUAL(did.permitted_attempts, 1);
	CHECK_EQUAL(did.allocations, 1);
	CHECK_EQUAL(did.deallocations, 1);
	CHECK_EQUAL(phaselock_get_violations(&site, 1), 1);
	CHECK_EQUAL(site.thread_id, clone_id);
	CHECK_EQUAL(get_stats().threads, 1);
	return 0;
}
