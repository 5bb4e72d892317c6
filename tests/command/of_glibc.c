/* SPDX-License-Identifier: MIT */
/*
 * Says whether its memory is glibc's, by glibc's own statistics, then locks the heap and ends.
 */
#define _GNU_SOURCE
#define PHASELOCK_OPTIONAL
#include <dlfcn.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <phaselock/phaselock.h>

#define SIZE 100000

static void *volatile block;

/* The program's mallinfo2() may be the library's. */
static size_t in_use(void)
{
	void *libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
	struct mallinfo2 (*function)(void);

	*(void **)&function = dlsym(libc, "mallinfo2");
	return function().uordblks;
}

int main(void)
{
	const char *text = "memory of glibc\n";
	size_t before;

	free(malloc(SIZE)); /* what the first request sets up is not looked at */
	before = in_use();
	block = malloc(SIZE);
	if (in_use() - before < SIZE)
		text = "memory of another allocator\n";
	free(block);
	lock_allocations();
	return write(STDOUT_FILENO, text, strlen(text)) < 0;
}
