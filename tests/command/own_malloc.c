/* SPDX-License-Identifier: MIT */
/*
 * An allocator that a program brings for itself: with -rdynamic it stands in front of any preloaded
 * one.
 */
#include <stdlib.h>

static char memory[65536];
static size_t used;

void *malloc(size_t size)
{
	size_t at = used;

	if (size > sizeof(memory) / 2 || used > sizeof(memory) / 2)
		return NULL;
	used += (size + 15) & ~(size_t)15;
	return memory + at;
}

void free(void *block)
{
	(void)block;
}
