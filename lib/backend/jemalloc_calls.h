/* SPDX-License-Identifier: MIT */
/*
 * The functions that make puts in place of libc's for jemalloc (lib/backend/jemalloc.syms). Each
 * does what libc's function of that name does, as far as jemalloc needs it. Any thread, signal
 * handlers too.
 */
#ifndef PL_JEMALLOC_CALLS_H
#define PL_JEMALLOC_CALLS_H

#include "common/base.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <time.h>

int pl_jemalloc_open(const char *path, int flags, ...);
int pl_jemalloc_close(int fd);
ssize_t pl_jemalloc_readlink(const char *path, char *target, size_t size);
long pl_jemalloc_syscall(long number, long a, long b, long c, long d, long e, long f);
char *pl_jemalloc_getenv(const char *name);
int pl_jemalloc_clock_gettime(clockid_t clock, struct timespec *now);
int pl_jemalloc_getcpu(void);
int pl_jemalloc_getaffinity(pid_t process, size_t size, cpu_set_t *set);
int pl_jemalloc_yield(void);
void *pl_jemalloc_dlsym(void *handle, const char *name);

/* Zeroed memory is an open mutex, and a condition that nobody waits for. */
struct pl_jemalloc_mutex {
	/*
	 * 0: open. Else 1 (held) or 2 (held, and somebody waits), plus four times the number of
	 * forks between the first process and the holder's. Any thread writes.
	 */
	_Atomic uint32_t word;
};

struct pl_jemalloc_condition {
	_Atomic uint32_t turn; /* changes with each signal; any thread adds */
};

int pl_jemalloc_mutex_init(struct pl_jemalloc_mutex *mutex, const void *attributes);
int pl_jemalloc_mutex_trylock(struct pl_jemalloc_mutex *mutex);
int pl_jemalloc_mutex_lock(struct pl_jemalloc_mutex *mutex);
int pl_jemalloc_mutex_unlock(struct pl_jemalloc_mutex *mutex);
int pl_jemalloc_condition_init(struct pl_jemalloc_condition *condition, const void *attributes);
int pl_jemalloc_condition_signal(struct pl_jemalloc_condition *condition);
int pl_jemalloc_condition_wait(struct pl_jemalloc_condition *condition,
			       struct pl_jemalloc_mutex *mutex);
int pl_jemalloc_condition_timedwait(struct pl_jemalloc_condition *condition,
				    struct pl_jemalloc_mutex *mutex, const struct timespec *end);

/*
 * For the child of a fork of several threads. A mutex that is still held was held by a thread that
 * the child does not have; the next one who asks gets it. jemalloc's own handlers of fork() miss
 * some of its mutexes.
 */
void pl_jemalloc_mutexes_fork_child(void);

/*
 * These do nothing. jemalloc needs no key of its own: the library's key tells it of a thread's end,
 * by pl_backend_thread_end().
 */
int pl_jemalloc_key_create(pthread_key_t *key, void (*destructor)(void *));
int pl_jemalloc_setspecific(pthread_key_t key, const void *value);

/* Takes jemalloc's handlers of fork(), which ours call (jemalloc_fork.c). */
int pl_jemalloc_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void));

#endif
