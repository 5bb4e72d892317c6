/* SPDX-License-Identifier: MIT */
/*
 * A report takes no lock of the dynamic linker: it is written, with the names of functions, while
 * another thread is in the constructor of a library that it is loading. A fresh thread can make its
 * first request meanwhile, too.
 *
 * shows: PL-019 PL-036 PL-040
 * libc: glibc musl
 * needs: gcc
 * run: sh -c 'gcc -shared -fPIC {source}/tests/behaviour/parts/waiting_constructor.c -o waiting.so
 *     && exec {self} ./waiting.so'
 * environment: PHASELOCK_OPTIONS=policy=deny:frames=1
 * exit: 0
 * timeout: 20
 * stderr:
 * | phaselock: violation: malloc(1) while allocations are locked
 * |   thread {number} "reports_during_", 1st time at this site
 * |     #0 request+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: calloc(2) while allocations are locked
 * |   thread {number} "reports_during_", 1st time at this site
 * |     #0 first_request+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 2 violations at 2 sites, by count:
 * | phaselock:   1 x malloc  request+{hex} ({any}+{hex})
 * | phaselock:   1 x calloc  first_request+{hex} ({any}+{hex})
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_barrier_t in_constructor, reported, locked;

void wait_in_constructor(void);
void wait_in_constructor(void)
{
	pthread_barrier_wait(&in_constructor);
	pthread_barrier_wait(&reported);
}

static void *load(void *path)
{
	CHECK(dlopen(path, RTLD_NOW) != NULL);
	return NULL;
}

void request(void);
FRAME void request(void)
{
	CHECK(opaque(malloc(1)) == NULL);
}

void *first_request(void *unused);
FRAME void *first_request(void *unused)
{
	pthread_barrier_wait(&locked);
	CHECK(opaque(calloc(1, 2)) == NULL);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t loader, fresh;

	require_armed();
	CHECK(argc > 1);
	pthread_barrier_init(&in_constructor, NULL, 2);
	pthread_barrier_init(&reported, NULL, 2);
	pthread_barrier_init(&locked, NULL, 2);
	CHECK_EQUAL(pthread_create(&fresh, NULL, first_request, NULL), 0);
	CHECK_EQUAL(pthread_create(&loader, NULL, load, argv[1]), 0);
	pthread_barrier_wait(&in_constructor);
	lock_allocations();
	request();
	pthread_barrier_wait(&locked);
	pthread_join(fresh, NULL);
	unlock_allocations();
	pthread_barrier_wait(&reported);
	pthread_join(loader, NULL);
	return 0;
}
