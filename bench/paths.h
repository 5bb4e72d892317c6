/* SPDX-License-Identifier: MIT */
/* As many call stacks as wanted: each number is a way down of its own to a malloc and a free. */
#ifndef BENCH_PATHS_H
#define BENCH_PATHS_H

#include <stdlib.h>

#define PATHS_BITS 14

static __attribute__((noinline)) void paths_descend(unsigned path, int depth)
{
	if (depth == 0) {
		void *volatile block = malloc(64);

		free(block);
		return;
	}
	/* Two calls in different places, which no compiler makes one of. */
	if ((path >> (depth - 1) & 1) != 0) {
		paths_descend(path, depth - 1);
		__asm__ volatile("" : : "i"(1));
	} else {
		paths_descend(path, depth - 1);
		__asm__ volatile("" : : "i"(0));
	}
}

#endif
