/* SPDX-License-Identifier: MIT */
/* As many call stacks as a test wants: each number of so many bits is a way down of its own. */
#ifndef PATHS_H
#define PATHS_H

#include "behaviour.h"

static void paths_descend(unsigned path, int depth, void (*request)(void));

/* Two functions that differ, so that no compiler makes one of them. */
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

/* Calls request at the end of the way that the lowest bits of path say. */
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
