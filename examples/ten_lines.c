/* SPDX-License-Identifier: MIT */
/* The ten lines that README.md begins with. tests/command/readme.test compares the two. */
#include <phaselock/phaselock.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	char *line = calloc(1, 64); /* fine: the heap is open */
	lock_allocations();
	puts(line); /* the first puts() of a process takes a buffer */
}
