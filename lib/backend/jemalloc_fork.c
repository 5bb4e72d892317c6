/* SPDX-License-Identifier: MIT */
/*
 * jemalloc around fork(). Its handlers take all of its locks, which is right with several threads.
 * With one thread there is nobody to keep out, and it is a deadlock if a signal handler that
 * interrupted a request forks; so they are not called then.
 *
 * libc takes the lock of its list of streams after the handlers, and another thread may hold that
 * lock and wait for a stream whose holder waits for the allocator. So that lock is taken here,
 * before jemalloc's. It must not know what the locks guard.
 *
 * Registered when jemalloc sets itself up, at the process's first request. That is before the
 * handlers of others, which therefore run while nothing is held.
 */
#define _GNU_SOURCE
#include "backend/jemalloc_calls.h"

#include "common/os.h"

#include <pthread.h>

/*
 * Of glibc (GLIBC_2.2.5): the lock of the list. Its owner may take it again, as fork() itself does.
 */
extern void _IO_list_lock(void);
extern void _IO_list_unlock(void);
extern void _IO_list_resetlock(void);
#pragma weak _IO_list_lock
#pragma weak _IO_list_unlock
#pragma weak _IO_list_resetlock

/* Of glibc since 2.32: true while the process has one thread. */
extern char __libc_single_threaded;
#pragma weak __libc_single_threaded

/* Written once, at the first request. */
static struct {
	void (*prepare)(void);
	void (*parent)(void);
	void (*child)(void);
} jemalloc;

/* Written by the thread that holds all of jemalloc's locks, and by its child. */
static bool held;
static struct pl_os_signals before_fork;

static bool is_single_threaded(void)
{
	return &__libc_single_threaded != NULL && __libc_single_threaded != 0;
}

/*
 * Signals stay blocked from here to the end: a handler that asked for memory would wait for ever.
 */
static void prepare(void)
{
	struct pl_os_signals before;

	if (is_single_threaded())
		return;
	if (_IO_list_lock != NULL)
		_IO_list_lock();
	pl_os_block_signals(&before);
	jemalloc.prepare();
	before_fork = before;
	held = true;
}

static void parent(void)
{
	struct pl_os_signals before = before_fork;

	if (!held)
		return;
	held = false;
	jemalloc.parent();
	if (_IO_list_unlock != NULL)
		_IO_list_unlock();
	pl_os_restore_signals(&before);
}

static void child(void)
{
	struct pl_os_signals before = before_fork;

	if (!held)
		return;
	held = false;
	pl_jemalloc_mutexes_fork_child();
	jemalloc.child();
	if (_IO_list_resetlock != NULL)
		_IO_list_resetlock();
	pl_os_restore_signals(&before);
}

/* Registers once: a request made while jemalloc sets itself up may make it start over. */
int pl_jemalloc_atfork(void (*before)(void), void (*in_parent)(void), void (*in_child)(void))
{
	if (jemalloc.prepare != NULL)
		return 0;
	jemalloc.prepare = before;
	jemalloc.parent = in_parent;
	jemalloc.child = in_child;
	return pthread_atfork(prepare, parent, child);
}
