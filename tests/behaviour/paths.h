/* SPDX-License-Identifier: MIT */
/* Distinct call stacks: the bits of each number are a path of its own down the stack. */
#ifndef PATHS_H
#define PATHS_H

#include "behaviour.h"

static void paths_descend(unsigned path, int depth, void (*request)(void));

/* These two functions differ, so that no compiler merges them. */
FRAME static void paths_left(unsigned path, int depth, void (*request)(void))
{
	volatile int side = 1;

	paths_descend(path, depth + side - 1, request);
	side = 0;
}

FRAME static void paths_right(unsigned path, int depth, void (*request)(void))
{
	volatile int side = 2;

	paths_descend(path, depth + side - 2, request);
	side = 0;
}

/* Calls request at the end of the path that the lowest bits of `path` describe. */
FRAME static void paths_descend(unsigned path, int depth, void (*request)(void))
{
	if (depth == 0)
		request();
	else if ((path & 1) != 0)
		paths_left(path >> 1, depth - 1, request);
	else
		paths_right(path >> 1, depth - 1, request);
	opaque(NULL);
}

#endif
