/* SPDX-License-Identifier: MIT */
/* Thread-specific data whose functions ask for memory: an allocator or a library in a thread's
 * first request finds itself inside another request of the same thread.
 */
#define _GNU_SOURCE
#include "hook.h"

#include <pthread.h>

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	FIND_NEXT(pthread_key_create);

	ask_for_memory();
	return next(key, destructor);
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
	FIND_NEXT(pthread_setspecific);

	ask_for_memory();
	return next(key, value);
}
