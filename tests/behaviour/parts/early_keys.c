/* SPDX-License-Identifier: MIT */
/*
 * A library with the resolver of an IFUNC that takes all keys for thread-specific data, while the
 * dynamic linker still relocates: before anybody has asked for memory.
 */
#include <pthread.h>

unsigned keys_taken;

static int one(void)
{
	return 1;
}

static int (*choose(void))(void)
{
	pthread_key_t key;

	while (pthread_key_create(&key, NULL) == 0)
		keys_taken++;
	return one;
}

int chosen(void) __attribute__((ifunc("choose")));
