/* SPDX-License-Identifier: MIT */
/*
 * The library takes one key for thread-specific data, its allocator none. If a program has taken
 * all keys before its first request, threads are served and counted as ever, and the library says
 * so once. These threads leave nothing behind that is used later.
 *
 * shows: PL-605
 * needs: gcc
 * run: {self}
 * exit: 0
 * run: sh -c 'gcc -O1 -fPIC -shared {source}/tests/behaviour/parts/early_keys.c -o libearly.so &&
 *     gcc -I{source}/include {source}/tests/behaviour/no_key_left.c -o test -L. -L{build}
 *     -Wl,-rpath,{tmp}:{build} -Wl,--no-as-needed,-z,now -learly -lphaselock && exec ./test'
 * exit: 0
 * stderr:
 * | phaselock: no key for thread-specific data is left (PTHREAD_KEYS_MAX): requests of all threads but the first are slow
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#define THREADS 200
#define AT_ONCE 4
#define BLOCKS 50

/* The library's. Weak, because this program is also built without it. */
extern int chosen(void) __attribute__((weak));
extern unsigned keys_taken __attribute__((weak));

static unsigned count_of_keys_left(void)
{
	pthread_key_t keys[PTHREAD_KEYS_MAX];
	unsigned left = 0;

	while (left < PTHREAD_KEYS_MAX && pthread_key_create(&keys[left], NULL) == 0)
		left++;
	for (unsigned i = 0; i < left; i++)
		CHECK(pthread_key_delete(keys[i]) == 0);
	return left;
}

static void *work(void *crossing)
{
	void *blocks[BLOCKS];

	for (size_t i = 0; i < BLOCKS; i++) {
		errno = 0;
		blocks[i] = malloc(1 + i * 100);
		CHECK(blocks[i] != NULL);
		memset(blocks[i], 1, 1 + i * 100);
	}
	for (size_t i = 0; i < BLOCKS; i++)
		free(blocks[i]);
	free(crossing);
	return malloc(10);
}

int main(void)
{
	struct phaselock_stats before, after;

	require_armed();
	free(opaque(malloc(1)));
	if (chosen == NULL) {
		CHECK_EQUAL(PTHREAD_KEYS_MAX - count_of_keys_left(), 1);
		return 0;
	}
	CHECK_EQUAL(chosen(), 1);
	CHECK_EQUAL(keys_taken, PTHREAD_KEYS_MAX);
	before = get_stats();
	for (int round = 0; round < THREADS / AT_ONCE; round++) {
		pthread_t threads[AT_ONCE];

		for (int i = 0; i < AT_ONCE; i++)
			CHECK(pthread_create(&threads[i], NULL, work, malloc(10)) == 0);
		for (int i = 0; i < AT_ONCE; i++) {
			void *block;

			CHECK(pthread_join(threads[i], &block) == 0);
			CHECK(block != NULL);
			free(block);
		}
	}
	after = get_stats();
	CHECK(after.allocations - before.allocations >= THREADS * (BLOCKS + 2));
	CHECK_EQUAL(after.failed_allocations, before.failed_allocations);
	CHECK(after.live_allocations - before.live_allocations <
	      10); /* libc's, for the stacks that it keeps */
	return 0;
}
