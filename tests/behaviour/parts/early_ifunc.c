/* SPDX-License-Identifier: MIT */
/*
 * A library with an IFUNC whose resolver allocates: it runs when the dynamic linker relocates what
 * refers to the function.
 */
#include <stdlib.h>

#define BLOCKS 1000

void *early_blocks[BLOCKS + 1]; /* ends with NULL */

static int one(void)
{
	return 1;
}

static int (*choose(void))(void)
{
	for (int i = 0; i < BLOCKS && early_blocks[i] == NULL; i++)
		early_blocks[i] = malloc(100);
	return one;
}

int chosen(void) __attribute__((ifunc("choose")));
