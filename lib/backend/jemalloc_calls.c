/* SPDX-License-Identifier: MIT */
/*
 * What jemalloc calls in place of libc's functions of these names (lib/backend/jemalloc.syms).
 * Another library may stand in front of libc: its clock_gettime() or mmap() would run inside the
 * allocator, with locks held, and ask it for memory. errno stays as it was, because free() keeps
 * it, except where jemalloc reads it. It must not know what an arena is.
 */
#define _GNU_SOURCE
#include "backend/jemalloc_calls.h"

#include "common/os.h"
#include "common/os_call.h"
#include "common/own_options.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <time.h>

/* Returns the result of a system call as libc does, with errno set. */
static long said(long result)
{
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

/* ---- files, the environment, the processor --------------------------------------------------- */

int pl_jemalloc_open(const char *path, int flags, ...)
{
	return (int)said(pl_os_call(SYS_openat, AT_FDCWD, path, flags, 0600));
}

int pl_jemalloc_close(int fd)
{
	return (int)said(pl_os_call(SYS_close, fd));
}

/* The link is /etc/malloc.conf; its target holds settings. */
ssize_t pl_jemalloc_readlink(const char *path, char *target, size_t size)
{
	if (pl_own_options_shut_out())
		return -1;
	return said(pl_os_call(SYS_readlinkat, AT_FDCWD, path, target, size));
}

long pl_jemalloc_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	return said(pl_os_call(number, a, b, c, d, e, f));
}

/* The variable is MALLOC_CONF, which can make jemalloc abort or write files. */
char *pl_jemalloc_getenv(const char *name)
{
	return (char *)(uintptr_t)pl_own_options_let_in(name);
}

int pl_jemalloc_clock_gettime(clockid_t clock, struct timespec *now)
{
	pl_os_clock(clock, now);
	return 0;
}

int pl_jemalloc_getcpu(void)
{
	unsigned processor = 0;

	pl_os_call(SYS_getcpu, &processor);
	return (int)processor;
}

int pl_jemalloc_getaffinity(pid_t process, size_t size, cpu_set_t *set)
{
	long result = pl_os_call(SYS_sched_getaffinity, process, size, set);

	if (result >= 0)
		memset((char *)set + result, 0, size - (size_t)result);
	return result < 0 ? -1 : 0;
}

int pl_jemalloc_yield(void)
{
	return (int)pl_os_call(SYS_sched_yield);
}

/* jemalloc asks for one function only, for its background threads. */
void *pl_jemalloc_dlsym(void *handle, const char *name)
{
	int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
		pthread_create;

	(void)handle;
	return strcmp(name, "pthread_create") == 0 ? *(void **)&create : NULL;
}

/* ---- thread-specific data -------------------------------------------------------------------- */

int pl_jemalloc_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	(void)key;
	(void)destructor;
	return 0;
}

int pl_jemalloc_setspecific(pthread_key_t key, const void *value)
{
	(void)key;
	(void)value;
	return 0;
}

/* ---- locks ----------------------------------------------------------------------------------- */

/* They stand in place of libc's structures, of which jemalloc knows only the size. */
_Static_assert(sizeof(struct pl_jemalloc_mutex) <= sizeof(pthread_mutex_t) &&
		       sizeof(struct pl_jemalloc_condition) <= sizeof(pthread_cond_t),
	       "they lie in its memory");

enum { OPEN, HELD, AWAITED, STATES = 4 };

/* How many forks lie between the first process and this one; written in the child of a fork. */
static _Atomic uint32_t forks;

void pl_jemalloc_mutexes_fork_child(void)
{
	atomic_fetch_add_explicit(&forks, 1, memory_order_relaxed);
}

/* The word for a state that this process sets. */
static uint32_t of_process(uint32_t state)
{
	return state + STATES * atomic_load_explicit(&forks, memory_order_relaxed);
}

int pl_jemalloc_mutex_init(struct pl_jemalloc_mutex *mutex, const void *attributes)
{
	(void)attributes;
	atomic_store_explicit(&mutex->word, OPEN, memory_order_relaxed);
	return 0;
}

static bool replace(struct pl_jemalloc_mutex *mutex, uint32_t seen, uint32_t word)
{
	/* acquire: pairs with the release by the last holder */
	return atomic_compare_exchange_strong_explicit(&mutex->word, &seen, word,
						       memory_order_acquire, memory_order_relaxed);
}

int pl_jemalloc_mutex_trylock(struct pl_jemalloc_mutex *mutex)
{
	return replace(mutex, OPEN, of_process(HELD)) ? 0 : EBUSY;
}

static PL_COLD void wait_for(struct pl_jemalloc_mutex *mutex)
{
	const uint32_t held = of_process(HELD), awaited = of_process(AWAITED);

	for (;;) {
		uint32_t seen = atomic_load_explicit(&mutex->word, memory_order_relaxed);

		if (seen == awaited)
			pl_os_wait(&mutex->word, awaited, NULL);
		else if (seen == held)
			replace(mutex, held, awaited);	/* so that the holder wakes us */
		else if (replace(mutex, seen, awaited)) /* open, or held in a parent only */
			return;
	}
}

int pl_jemalloc_mutex_lock(struct pl_jemalloc_mutex *mutex)
{
	if (PL_UNLIKELY(!replace(mutex, OPEN, of_process(HELD))))
		wait_for(mutex);
	return 0;
}

int pl_jemalloc_mutex_unlock(struct pl_jemalloc_mutex *mutex)
{
	uint32_t word = atomic_exchange_explicit(&mutex->word, OPEN, memory_order_release);

	if (word % STATES == AWAITED)
		pl_os_wake(&mutex->word);
	return 0;
}

int pl_jemalloc_condition_init(struct pl_jemalloc_condition *condition, const void *attributes)
{
	(void)attributes;
	atomic_store_explicit(&condition->turn, 0, memory_order_relaxed);
	return 0;
}

int pl_jemalloc_condition_signal(struct pl_jemalloc_condition *condition)
{
	atomic_fetch_add_explicit(&condition->turn, 1, memory_order_release);
	pl_os_wake(&condition->turn);
	return 0;
}

/* May return early, as a condition may. end is a time of CLOCK_REALTIME, or NULL. */
int pl_jemalloc_condition_timedwait(struct pl_jemalloc_condition *condition,
				    struct pl_jemalloc_mutex *mutex, const struct timespec *end)
{
	uint32_t turn = atomic_load_explicit(&condition->turn, memory_order_acquire);
	bool in_time;

	pl_jemalloc_mutex_unlock(mutex);
	in_time = pl_os_wait(&condition->turn, turn, end);
	pl_jemalloc_mutex_lock(mutex);
	return in_time ? 0 : ETIMEDOUT;
}

int pl_jemalloc_condition_wait(struct pl_jemalloc_condition *condition,
			       struct pl_jemalloc_mutex *mutex)
{
	return pl_jemalloc_condition_timedwait(condition, mutex, NULL);
}
