/* SPDX-License-Identifier: MIT */
/*
 * Says whether its memory is glibc's, by glibc's own statistics, then locks the heap and ends.
 */
#define _GNU_SOURCE
#define PHASELOCK_OPTIONAL
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <phaselock/phaselock.h>

#define SIZE 100000

static void *volatile block;

int main(void)
{
	const char *text = "memory of glibc\n";
	size_t before;

	free(malloc(SIZE)); /* what the first request sets up is not looked at */
	before = mallinfo2().uordblks;
	block = malloc(SIZE);
	if (mallinfo2().uordblks - before < SIZE)
		text = "memory of another allocator\n";
	free(block);
	lock_allocations();
	return write(STDOUT_FILENO, text, strlen(text)) < 0;
}
