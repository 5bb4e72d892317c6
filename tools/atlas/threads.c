/* SPDX-License-Identifier: MIT */
/* Cases of the atlas: threads and what they wait for. Every case joins the threads it starts. */
#define _GNU_SOURCE
#include "atlas.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define THREAD "start every thread before the lock"

static void *nothing(void *unused)
{
	return unused;
}

CASE_WHEN(pthread_create, "pthread_create",
	  "unless it can reuse the stack of a thread that has ended", THREAD)
{
	pthread_t thread;

	MEASURE(pthread_create(&thread, NULL, nothing, NULL));
	pthread_join(thread, NULL);
}

CASE(pthread_join, "pthread_join", "")
{
	pthread_t thread;

	pthread_create(&thread, NULL, nothing, NULL);
	MEASURE(pthread_join(thread, NULL));
}

CASE(pthread_detach, "pthread_detach", "")
{
	pthread_t thread;

	pthread_create(&thread, NULL, nothing, NULL);
	MEASURE(pthread_detach(thread));
}

static void *exits(void *unused)
{
	pthread_exit(unused);
}

CASE(pthread_exit, "pthread_exit",
     "return from the thread's function, or call phaselock_prewarm() before the lock")
{
	pthread_t thread;
	static int calls;

	/* Start a thread first, so that starting another one allocates nothing. */
	if (calls++ == 0) {
		pthread_create(&thread, NULL, nothing, NULL);
		pthread_join(thread, NULL);
	}
	MEASURE({
		pthread_create(&thread, NULL, exits, NULL);
		pthread_join(thread, NULL);
	});
}

static void *waits(void *unused)
{
	sleep(100);
	return unused;
}

CASE(pthread_cancel, "pthread_cancel",
     "let the thread end by itself, or call phaselock_prewarm() before the lock")
{
	pthread_t thread;

	pthread_create(&thread, NULL, waits, NULL);
	MEASURE({
		pthread_cancel(thread);
		pthread_join(thread, NULL);
	});
}

CASE(pthread_key, "pthread_key_create, pthread_setspecific of the first 32 keys", "")
{
	pthread_key_t key;

	MEASURE({
		pthread_key_create(&key, NULL);
		pthread_setspecific(key, &key);
		pthread_getspecific(key);
	});
}

CASE_WHEN(pthread_key_many, "pthread_setspecific of a later key",
	  "for a key beyond the first 32, once on each thread",
	  "create the keys early: a thread has room for the first 32")
{
	static pthread_key_t key;

	for (int i = 0; i < 40 && key < 40; i++)
		pthread_key_create(&key, NULL);
	MEASURE(pthread_setspecific(key, &key));
}

CASE_SOME(pthread_getattr_np, "pthread_getattr_np", "ask before the lock and keep the answer")
{
	pthread_attr_t attributes;

	MEASURE(pthread_getattr_np(pthread_self(), &attributes));
	pthread_attr_destroy(&attributes);
}

CASE(pthread_attr, "pthread_attr_init, pthread_attr_setstacksize", "")
{
	pthread_attr_t attributes;

	MEASURE({
		pthread_attr_init(&attributes);
		pthread_attr_setstacksize(&attributes, 65536);
		pthread_attr_destroy(&attributes);
	});
}

#ifdef CPU_SETSIZE
CASE(pthread_setaffinity_np, "pthread_setaffinity_np, sched_getaffinity", "")
{
	cpu_set_t set;

	MEASURE({
		sched_getaffinity(0, sizeof(set), &set);
		pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
	});
}
#endif

static void forked(void)
{
}

CASE_WHEN(pthread_atfork, "pthread_atfork, 64 times", "now and then", "register before the lock")
{
	MEASURE({
		for (int i = 0; i < 64; i++)
			pthread_atfork(forked, forked, forked);
	});
}

CASE(mutex, "pthread_mutex_init, _lock, _unlock, _trylock, _timedlock, _destroy", "")
{
	pthread_mutex_t mutex;
	struct timespec then = {0, 0};

	MEASURE({
		pthread_mutex_init(&mutex, NULL);
		pthread_mutex_lock(&mutex);
		pthread_mutex_trylock(&mutex);
		pthread_mutex_timedlock(&mutex, &then);
		pthread_mutex_unlock(&mutex);
		pthread_mutex_destroy(&mutex);
	});
}

CASE(condition, "pthread_cond_init, _signal, _broadcast, _timedwait, _destroy", "")
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t condition;
	struct timespec then = {0, 0};

	MEASURE({
		pthread_cond_init(&condition, NULL);
		pthread_mutex_lock(&mutex);
		pthread_cond_timedwait(&condition, &mutex, &then);
		pthread_cond_signal(&condition);
		pthread_cond_broadcast(&condition);
		pthread_mutex_unlock(&mutex);
		pthread_cond_destroy(&condition);
	});
}

CASE(rwlock, "pthread_rwlock_rdlock, _wrlock, _unlock", "")
{
	pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

	MEASURE({
		pthread_rwlock_rdlock(&lock);
		pthread_rwlock_unlock(&lock);
		pthread_rwlock_wrlock(&lock);
		pthread_rwlock_unlock(&lock);
	});
}

CASE(barrier, "pthread_barrier_init, pthread_barrier_wait", "")
{
	pthread_barrier_t barrier;

	MEASURE({
		pthread_barrier_init(&barrier, NULL, 1);
		pthread_barrier_wait(&barrier);
		pthread_barrier_destroy(&barrier);
	});
}

CASE(spin, "pthread_spin_lock, pthread_once", "")
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_spinlock_t lock;

	MEASURE({
		pthread_spin_init(&lock, 0);
		pthread_spin_lock(&lock);
		pthread_spin_unlock(&lock);
		pthread_once(&once, forked);
	});
}

CASE(semaphore, "sem_init, sem_post, sem_wait, sem_destroy", "")
{
	sem_t semaphore;

	MEASURE({
		sem_init(&semaphore, 0, 0);
		sem_post(&semaphore);
		sem_wait(&semaphore);
		sem_destroy(&semaphore);
	});
}

CASE(setname, "pthread_setname_np, pthread_self, sched_yield, pthread_kill", "")
{
	MEASURE({
		pthread_setname_np(pthread_self(), "atlas");
		sched_yield();
		pthread_kill(pthread_self(), 0);
	});
}
