/* SPDX-License-Identifier: MIT */
/* A library of somebody else's, which allocates at every turn. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

char *vendor_copy(const char *word);
char *vendor_copy(const char *word)
{
	char *volatile copy = strdup(word);

	return copy;
}

/* A function of its own, which the library does not export, stands between. */
static __attribute__((noinline)) void *take_zeroed(size_t size)
{
	void *volatile block = calloc(1, size);

	return block;
}

void *vendor_work(void);
void *vendor_work(void)
{
	void *volatile block = take_zeroed(100);

	block = realloc(block, 1000);
	free(malloc(10));
	return block;
}

void vendor_call(void (*function)(void));
void vendor_call(void (*function)(void))
{
	function();
	__asm__ volatile("" : : : "memory");
}
