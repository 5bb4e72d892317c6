/* SPDX-License-Identifier: MIT */
/*
 * Operation: a malloc and its free below more calls than a report has frames, so that the recorded
 * call stack has only functions of this file. Under lock=main the malloc is a violation at a known
 * site, and the free is one in a locked phase.
 */
#include "work.h"

#define DEPTH 20

static __attribute__((noinline)) long descend(int depth, long operations)
{
	volatile long left;

	if (depth > 0) {
		left = descend(depth - 1, operations); /* volatile: prevents a tail call */
		return left;
	}
	for (long i = 0; i < operations; i++) {
		void *volatile block = malloc(64);

		free(block);
	}
	return 0;
}

static void run(const struct work *work)
{
	descend(DEPTH, work->operations);
}

int main(int argc, char **argv)
{
	return work_main(argc, argv, run, 20000);
}
