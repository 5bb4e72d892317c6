/* SPDX-License-Identifier: MIT */
/*
 * An unchanged program that takes memory until there is none, gives it back, and starts threads
 * that make requests. Prints how many MiB it got.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS 8
#define BLOCK 65536

static void *work(void *argument)
{
	void *volatile block = malloc(1000);

	(void)argument;
	if (block == NULL)
		abort();
	free(block);
	return NULL;
}

static size_t take_all(void)
{
	void **blocks = NULL, **block;
	size_t count = 0;

	while ((block = malloc(BLOCK)) != NULL) {
		*block = blocks;
		blocks = block;
		count++;
	}
	if (errno != ENOMEM)
		abort();
	for (; blocks != NULL; blocks = block) {
		block = *blocks;
		free(blocks);
	}
	return count;
}

int main(void)
{
	size_t count = take_all();
	pthread_t threads[THREADS];
	pthread_attr_t small;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], &small, work, NULL) != 0)
			return 1;
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return printf("%zu\n", count * BLOCK >> 20) < 0;
}
