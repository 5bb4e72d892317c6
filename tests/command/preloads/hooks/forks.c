/* SPDX-License-Identifier: MIT */
/* Handlers of fork() that ask for memory, small and large, registered by a preload. */
#define _GNU_SOURCE
#include "hook.h"

#include <pthread.h>

static void handler(void)
{
	void *volatile large = malloc((size_t)9 << 20);

	ask_for_memory();
	free(large);
}

__attribute__((constructor)) static void start(void)
{
	pthread_atfork(handler, handler, handler);
}
