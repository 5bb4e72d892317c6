/* SPDX-License-Identifier: MIT */
/*
 * The order in which fork() takes the locks of the allocator and the lock of libc's streams. A
 * process of one thread takes none, wherever a signal comes. jemalloc's handlers, the list of
 * streams and pthread_atfork() are doubles.
 *
 * shows: PL-561
 */
#define _GNU_SOURCE
#include "backend/jemalloc_calls.h"

#include "child.h"
#include "threads.h"

#include <pthread.h>
#include <semaphore.h>

static struct {
	void (*prepare)(void);
	void (*parent)(void);
	void (*child)(void);
} registered;

static unsigned registrations;

int pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
	registrations++;
	registered.prepare = prepare;
	registered.parent = parent;
	registered.child = child;
	return 0;
}

/* A letter for each call, and whether signals can come there. */
static char calls[16];

static void note(char what)
{
	size_t length = strlen(calls);

	if (length + 1 < sizeof(calls))
		calls[length] = what;
}

static bool signals_come(void)
{
	sigset_t set;

	pthread_sigmask(SIG_SETMASK, NULL, &set);
	return sigismember(&set, SIGUSR1) == 0;
}

void _IO_list_lock(void);
void _IO_list_unlock(void);
void _IO_list_resetlock(void);

void _IO_list_lock(void)
{
	note(signals_come() ? 'l' : '!');
}

void _IO_list_unlock(void)
{
	note('u');
}

void _IO_list_resetlock(void)
{
	note('r');
}

static void prepare(void)
{
	note(signals_come() ? '!' : 'P');
}

static void parent(void)
{
	note(signals_come() ? '!' : 'Q');
}

static void child(void)
{
	note(signals_come() ? '!' : 'C');
}

/* What fork() calls, and what was noted of it. */
static const char *fork_calls(void (*after)(void))
{
	memset(calls, 0, sizeof(calls));
	registered.prepare();
	after();
	CHECK(signals_come());
	return calls;
}

static sem_t leave;

static void *stay(void *unused)
{
	while (sem_wait(&leave) != 0)
		;
	return unused;
}

CHILD_TEST(process_of_one_thread_takes_no_lock)
{
	if (THREAD_SANITIZED) /* whose runtime has a thread of its own */
		return;
	pl_jemalloc_atfork(prepare, parent, child);
	CHECK_EQUAL(strlen(fork_calls(registered.parent)), 0);
	CHECK_EQUAL(strlen(fork_calls(registered.child)), 0);
}

CHILD_TEST(list_of_streams_comes_before_the_allocator_and_signals_wait_for_both)
{
	pthread_t thread;

	pl_jemalloc_atfork(prepare, parent, child);
	sem_init(&leave, 0, 0);
	thread = thread_start(stay, NULL);
	CHECK_EQUAL(strcmp(fork_calls(registered.parent), "lPQu"), 0);
	CHECK_EQUAL(strcmp(fork_calls(registered.child), "lPCr"), 0);
	/* Without a preparation there is no end. */
	memset(calls, 0, sizeof(calls));
	registered.parent();
	registered.child();
	CHECK_EQUAL(strlen(calls), 0);
	sem_post(&leave);
	thread_end(thread);
}

CHILD_TEST(handlers_are_registered_once)
{
	pl_jemalloc_atfork(prepare, parent, child);
	pl_jemalloc_atfork(prepare, parent, child);
	CHECK_EQUAL(registrations, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(process_of_one_thread_takes_no_lock),
		cmocka_unit_test(
			list_of_streams_comes_before_the_allocator_and_signals_wait_for_both),
		cmocka_unit_test(handlers_are_registered_once),
	};

	return cmocka_run_group_tests_name("jemalloc_fork", tests, NULL, NULL);
}
