/* SPDX-License-Identifier: MIT */
/*
 * symbolize= names a program that filters the report of an abort. Whatever that program does, the
 * report appears once and whole, named or raw, and the process ends by SIGABRT: in a signal
 * handler, on a thread of 64 KiB, and with descriptors, signals and environment changed. The
 * program does not notice it: its handler of SIGCHLD is not called. Other reports and the table
 * stay raw.
 *
 * shows: PL-169 PL-170 PL-171
 * libc: glibc musl
 * environment: PHASELOCK_OPTIONS=symbolize={source}/tests/behaviour/parts/symbolizer.sh
 * environment: SYMBOLIZER=names
 * exit: SIGABRT
 * run: {self} {where}
 * each: where main handler thread changed
 * stderr:
 * | phaselock: named violation: malloc(48) while allocations are locked
 * |   thread {number} "symbolize_abort", 1st time at this site
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: {self} child
 * exit: 0
 * stderr:
 * | phaselock: named violation: malloc(48) while allocations are locked
 * |   thread {number} "symbolize_abort", 1st time at this site
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: {self} main
 * each: deed crashes fails closes drops floods unknown
 * environment: SYMBOLIZER={deed}
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "symbolize_abort", 1st time at this site
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: {self} slow
 * environment: SYMBOLIZER=hangs
 * timeout: 60
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "symbolize_abort", 1st time at this site
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: sh -c 'ln -s {source}/tests/behaviour/parts/symbolizer.sh phaselock && exec env
 *     "PATH=:.:sub:$PWD:$PATH" {self} main'
 * environment: PHASELOCK_OPTIONS=symbolize=1
 * stderr:
 * | phaselock: named violation: malloc(48) while allocations are locked
 * |   thread {number} "symbolize_abort", 1st time at this site
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: sh -c 'ln -s {source}/tests/behaviour/parts/symbolizer.sh phaselock && exec env "PATH=:.:"
 *     {self} main'
 * environment: PHASELOCK_OPTIONS=symbolize=1
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: symbolize: no such program to run; names stay as they are
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "symbolize_abort", 1st time at this site
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: {self} main
 * each: path /no/such/file /etc/passwd /bin
 * environment: PHASELOCK_OPTIONS=symbolize={path}
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: symbolize: no such program to run; names stay as they are
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "symbolize_abort", 1st time at this site
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: sh -c '{self} main 2>/dev/null; cat file.*'
 * environment:
 *     PHASELOCK_OPTIONS=report=file.%p:symbolize={source}/tests/behaviour/parts/symbolizer.sh
 * exit: 0
 * stdout:
 * | phaselock: named violation: malloc(48) while allocations are locked
 * |   thread {number} "symbolize_abort", 1st time at this site
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: {self} allowed
 * environment:
 *     PHASELOCK_OPTIONS=policy=allow:symbolize={source}/tests/behaviour/parts/symbolizer.sh
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "symbolize_abort", 1st time at this site
 * | {details}
 * | phaselock: allowed (policy=allow)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  {any}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

static void violate(void)
{
	lock_allocations();
	free(opaque(malloc(48)));
	unlock_allocations();
}

static void on_signal(int signal)
{
	(void)signal;
	violate();
}

static void on_child(int signal)
{
	(void)signal;
	say("SIGCHLD\n");
}

static void *run_thread(void *unused)
{
	(void)unused;
	violate();
	return NULL;
}

static void violate_on_small_stack(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	CHECK_EQUAL(pthread_attr_init(&attributes), 0);
	CHECK_EQUAL(pthread_attr_setstacksize(&attributes, 65536), 0);
	CHECK_EQUAL(pthread_create(&thread, &attributes, run_thread, NULL), 0);
	pthread_join(thread, NULL);
}

/* The symbolizer inherits nothing of what the program found or changed. */
static void change_all(void)
{
	static char bogus[] = "SYMBOLIZER=fails", *variables[] = {bogus, NULL};
	sigset_t all;

	environ = variables;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (int number = 1; number < 32; number++)
		signal(number, SIG_IGN);
	signal(SIGABRT, SIG_DFL);
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	CHECK_EQUAL(chdir("/"), 0);
}

/* A parent that waits while a child of fork() ends, as its other threads might. */
static void violate_in_child(void)
{
	int status;
	pid_t child;

	signal(SIGCHLD, SIG_DFL);
	child = fork();
	if (child == 0) {
		signal(SIGCHLD, on_child);
		violate();
	}
	CHECK_EQUAL(waitpid(-1, &status, 0), child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	CHECK_EQUAL(waitpid(-1, &status, __WALL), (uint64_t)-1);
	CHECK_EQUAL(errno, ECHILD);
}

int main(int argc, char **argv)
{
	const char *where = argc > 1 ? argv[1] : "";

	require_armed();
	signal(SIGCHLD, on_child);
	signal(SIGUSR1, on_signal);
	if (strcmp(where, "child") == 0) {
		violate_in_child();
		return 0;
	}
	if (strcmp(where, "handler") == 0)
		raise(SIGUSR1);
	else if (strcmp(where, "thread") == 0)
		violate_on_small_stack();
	else if (strcmp(where, "changed") == 0)
		change_all();
	violate();
	return 0;
}
