/* SPDX-License-Identifier: MIT */
/*
 * Requests of which a report knows all: setup() takes 100 blocks of 1,000 bytes, and keeps 10; then
 * the heap is locked, and by each word `late=N` serve() takes N of 32 bytes and keeps one; `other`
 * is a site that only some runs have.
 */
#include <phaselock/phaselock.h>

#include <stdlib.h>
#include <string.h>

static void *volatile kept[16];
static volatile unsigned count;

__attribute__((noinline)) static void *xmalloc(size_t size)
{
	return malloc(size);
}

__attribute__((noinline)) static void setup(void)
{
	for (int i = 0; i < 100; i++) {
		void *block = xmalloc(1000);

		if (i < 10)
			kept[count++] = block;
		else
			free(block);
	}
}

__attribute__((noinline)) static void serve(int many)
{
	kept[count++] = xmalloc(32);
	for (int i = 1; i < many; i++)
		free(xmalloc(32));
}

__attribute__((noinline)) static void other(void)
{
	free(xmalloc(64));
}

int main(int words, char **word)
{
	setup();
	phaselock_lock_allocations();
	for (int i = 1; i < words; i++)
		if (strncmp(word[i], "late=", 5) == 0)
			serve(atoi(word[i] + 5));
		else
			other();
	phaselock_unlock_allocations();
	return 0;
}
