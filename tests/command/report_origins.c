/* SPDX-License-Identifier: MIT */
/*
 * Two functions that get memory by the same five wrappers: the first frames of their stacks, of
 * which the id of a site is made, are the same.
 */
#include <stdlib.h>

static void *volatile kept;

/* A call is no jump, and has a frame. */
#define WRAPPER(name, next)                                                                        \
	static __attribute__((noinline, noclone)) void name(size_t size)                           \
	{                                                                                          \
		next(size);                                                                        \
		__asm__ volatile("" ::: "memory");                                                 \
	}

static __attribute__((noinline, noclone)) void xmalloc(size_t size)
{
	kept = malloc(size);
	__asm__ volatile("" ::: "memory");
}

WRAPPER(xcalloc, xmalloc)
WRAPPER(xrealloc, xcalloc)
WRAPPER(xzalloc, xrealloc)
WRAPPER(xmemdup, xzalloc)
WRAPPER(first, xmemdup)
WRAPPER(second, xmemdup)

int main(void)
{
	first(1);
	for (volatile unsigned i = 0; i < 3; i++)
		second(2);
	return 0;
}
