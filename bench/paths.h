/* SPDX-License-Identifier: MIT */
/* Distinct call stacks: each number is a path of its own down to a malloc and a free. */
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
	/* Two calls in two places, which the compiler cannot merge. */
	if ((path >> (depth - 1) & 1) != 0) {
		paths_descend(path, depth - 1);
		__asm__ volatile("" : : "i"(1));
	} else {
		paths_descend(path, depth - 1);
		__asm__ volatile("" : : "i"(0));
	}
}

#endif
