/* SPDX-License-Identifier: MIT */
/*
 * Children are made without the handlers of fork(): by _Fork(), by clone(2), by vfork() and by
 * posix_spawn(). A child with memory of its own, made by a process of one thread, makes requests,
 * counts, locks, and starts threads; the parent's counts stay its own. A child made beside other
 * threads, perhaps in the middle of their requests, can lock, unlock, read its thread's statistics,
 * make scopes, and execute another program.
 *
 * shows: PL-559
 * needs: gcc
 * timeout: 60
 * backend: jemalloc
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=1
 * exit: 0
 * run: {source}/tests/behaviour/parts/each_form.sh {build} {form} other_forks.c
 *     _Fork clone vfork spawn "_Fork threads" "clone threads" "vfork threads" "spawn threads"
 * each: form linked linked-system preloaded preloaded-system static
 */
#define _GNU_SOURCE
#define PHASELOCK_OPTIONAL
#include "behaviour.h"

#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define TURNS 200
#define THREADS 3

static char *const true_words[] = {(char[]){"true"}, NULL};
static atomic_bool stop;
static bool has_threads;

static void use_the_heap(void)
{
	for (size_t size = 1; size < 1 << 20; size *= 3)
		free(opaque(realloc(opaque(calloc(1, size)), size * 2)));
}

static void *use_the_heap_once(void *unused)
{
	use_the_heap();
	return unused;
}

static void *use_the_heap_on(void *unused)
{
	while (!stop)
		use_the_heap();
	return unused;
}

/* What is safe wherever the lost threads were. */
static void do_what_is_safe(void)
{
	struct phaselock_stats begin;

	if (!phaselock_present())
		return;
	begin = thread_stats();
	lock_allocations();
	phaselock_permit_begin();
	phaselock_permit_end();
	unlock_allocations();
	CHECK_EQUAL(thread_stats_since(&begin).allocations, 0);
}

static void do_everything(void)
{
	struct phaselock_stats begin, now;
	pthread_t thread;

	use_the_heap();
	CHECK_EQUAL(pthread_create(&thread, NULL, use_the_heap_once, NULL), 0);
	CHECK_EQUAL(pthread_join(thread, NULL), 0);
	if (!phaselock_present())
		return;
	begin = get_stats();
	CHECK_EQUAL(begin.threads, 1);
	free(opaque(malloc(100)));
	lock_allocations();
	CHECK(opaque(malloc(100)) == NULL);
	unlock_allocations();
	now = get_stats();
	now = phaselock_stats_delta(&begin, &now);
	CHECK_EQUAL(now.allocations, 1);
	CHECK_EQUAL(now.deallocations, 1);
	CHECK_EQUAL(now.locked_attempts, 1);
}

static void be_the_child(void)
{
	if (has_threads)
		do_what_is_safe();
	else
		do_everything();
	_exit(0);
}

static pid_t make_child(const char *how)
{
	pid_t child;

	if (strcmp(how, "spawn") == 0) {
		CHECK_EQUAL(posix_spawnp(&child, "true", NULL, NULL, true_words, environ), 0);
		return child;
	}
	if (strcmp(how, "vfork") == 0) {
		child = vfork();
		if (child == 0) {
			execvp("true", true_words);
			_exit(1);
		}
		return child;
	}
	child = strcmp(how, "_Fork") == 0
			? _Fork()
			: (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	if (child == 0)
		be_the_child();
	return child;
}

int main(int count, char **argument)
{
	pthread_t thread[THREADS];

	CHECK(count >= 2);
	if (getenv("ALONE") == NULL)
		require_armed();
	has_threads = count == 3;
	for (int i = 0; has_threads && i < THREADS; i++)
		CHECK_EQUAL(pthread_create(&thread[i], NULL, use_the_heap_on, NULL), 0);
	for (int i = 0; i < TURNS; i++) {
		struct phaselock_stats begin = {0};
		pid_t child;
		int status;

		if (phaselock_present())
			begin = thread_stats();
		child = make_child(argument[1]);
		CHECK(child > 0);
		CHECK(waitpid(child, &status, 0) == child);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		if (phaselock_present())
			CHECK_EQUAL(thread_stats_since(&begin).allocations, 0);
		use_the_heap();
	}
	stop = true;
	for (int i = 0; has_threads && i < THREADS; i++)
		CHECK_EQUAL(pthread_join(thread[i], NULL), 0);
	return 0;
}
