/* SPDX-License-Identifier: MIT */
/*
 * A library that the program links: its constructor, which runs before that of any preload,
 * registers handlers of fork() that ask for memory, and its destructor does so too.
 */
#include <pthread.h>
#include <stdlib.h>

int handlers_were_called(void);

static int calls;

int handlers_were_called(void)
{
	return calls;
}

static void take_and_give(void)
{
	void *volatile block;

	for (size_t i = 0; i < 100; i++) {
		block = malloc(1000 + i * 977);
		free(block);
	}
	block = malloc((size_t)9 << 20);
	free(block);
	calls++;
}

__attribute__((constructor)) static void start(void)
{
	pthread_atfork(take_and_give, take_and_give, take_and_give);
}

__attribute__((destructor)) static void finish(void)
{
	take_and_give();
}
