/* SPDX-License-Identifier: MIT */
/* pthread_mutex_lock() and its relatives that ask for memory at the first call of each thread. */
#define _GNU_SOURCE
#include "hook.h"

#include <pthread.h>

static __thread int noted;

static void note_thread(void)
{
	if (noted)
		return;
	noted = 1;
	ask_for_memory();
}

#define FORWARD(name)                                                                              \
	int name(pthread_mutex_t *mutex)                                                           \
	{                                                                                          \
		FIND_NEXT(name);                                                                   \
                                                                                                   \
		note_thread();                                                                     \
		return next(mutex);                                                                \
	}

FORWARD(pthread_mutex_lock)
FORWARD(pthread_mutex_trylock)
FORWARD(pthread_mutex_unlock)
