/* SPDX-License-Identifier: MIT */
/*
 * A handler of SIGABRT, such as a crash reporter, may allocate while a violation ends the process.
 * If it leaves by siglongjmp() instead, the thread is guarded as before: its next request is a
 * violation again. The same holds for a thread whose child of vfork() ended by a violation.
 *
 * With musl no stack can be walked through abort(), which changes one thing only: musl signals by a
 * thread id, and a child of vfork() has its parent's, so the parent ends too.
 *
 * shows: PL-011 PL-030
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=frames=1
 * run: {self} report
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(11) while allocations are locked
 * |   thread {number} "abort_handler", 1st time at this site
 * |     #0 request+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 * | report: second request
 *
 * run: {self} leave
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(11) while allocations are locked
 * |   thread {number} "abort_handler", 1st time at this site
 * |     #0 request+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 * | leave: second request
 * | phaselock: violation: malloc(33) while allocations are locked
 * |   thread {number} "abort_handler", 2nd time at this site
 * |     #0 request+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: {self} vfork
 * backend: jemalloc system
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(11) while allocations are locked
 * |   thread {number} "abort_handler", 1st time at this site
 * |     #0 request+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 * | vfork: second request
 * | phaselock: violation: malloc(33) while allocations are locked
 * |   thread {number} "abort_handler", 2nd time at this site
 * |     #0 request+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: {self} vfork
 * backend: musl
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(11) while allocations are locked
 * |   thread {number} "abort_handler", 1st time at this site
 * |     #0 request+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

static sigjmp_buf back;
static bool leave;

void *request(size_t size);

FRAME void *request(size_t size)
{
	void *volatile block = malloc(size);

	return block;
}

static void on_abort(int number)
{
	(void)number;
	if (leave)
		siglongjmp(back, 1);
	/* Served, not reported: had it been judged, its report would stand before this line. */
	CHECK(request(22) != NULL);
	CHECK_EQUAL(thread_stats().permitted_attempts, 1);
	say("report: second request\n");
}

/* Makes the violation that is survived; returns once this thread runs on. */
static void survive(bool in_child)
{
	if (in_child) {
		pid_t child = vfork();

		if (child == 0)
			request(11);
		waitpid(child, NULL, 0);
		return;
	}
	leave = true;
	signal(SIGABRT, on_abort);
	if (sigsetjmp(back, 1) == 0)
		request(11);
	signal(SIGABRT, SIG_DFL);
}

int main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "";

	require_armed();
	lock_allocations();
	if (strcmp(way, "report") == 0) {
		signal(SIGABRT, on_abort);
		request(11);
	}
	survive(strcmp(way, "vfork") == 0);
	say(way);
	say(": second request\n");
	request(33); /* a violation that ends the process, or the exit status is wrong */
	return 0;
}
