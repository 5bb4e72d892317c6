/* SPDX-License-Identifier: MIT */
/*
 * A malloc family over libc's second names, with a header before each block. Its functions bear
 * what this program and its C library ask of them and no more: no realloc(NULL, n), no size 0.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC 0x600db10c
#define THREADS 4

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void __libc_free(void *block);

struct header {
	size_t size;
	size_t magic;
};

static atomic_long live;

static void *begin(struct header *header, size_t size)
{
	header->size = size;
	header->magic = MAGIC;
	return header + 1;
}

static struct header *header_of(void *block)
{
	struct header *header = (struct header *)block - 1;

	if (header->magic != MAGIC) {
		static const char text[] = "a block of another malloc\n";

		_exit(write(STDOUT_FILENO, text, sizeof(text) - 1) > 0 ? 3 : 4);
	}
	return header;
}

void *malloc(size_t size)
{
	live++;
	return begin(__libc_malloc(sizeof(struct header) + size), size);
}

void *calloc(size_t count, size_t size)
{
	live++;
	return begin(__libc_calloc(1, sizeof(struct header) + count * size), count * size);
}

void *realloc(void *block, size_t size)
{
	struct header *header = header_of(block);

	return begin(__libc_realloc(header, sizeof(struct header) + size), size);
}

/* libc itself gives back nothing at the end of each thread. */
void free(void *block)
{
	struct header *header;

	if (block == NULL)
		return;
	header = header_of(block);
	header->magic = 0;
	live--;
	__libc_free(header);
}

static void *work(void *unused)
{
	for (size_t i = 1; i < 200; i++) {
		char *block = malloc(i * 31), *zeroed = calloc(i, 7);

		memset(block, 1, i * 31);
		block = realloc(block, i * 97);
		if (block[i * 31 - 1] != 1 || zeroed[i * 7 - 1] != 0)
			_exit(5);
		free(block);
		free(zeroed);
	}
	return unused;
}

int main(void)
{
	pthread_t thread[THREADS];
	long before = live;

	work(NULL);
	printf("blocks left over: %ld\n", live - before);
	before = live;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, work, NULL) != 0)
			return 6;
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	printf("with threads: %ld\n", live - before);
	return 0;
}
