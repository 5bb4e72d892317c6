/* SPDX-License-Identifier: MIT */
/* A library whose constructor, which runs before that of a preloaded one, allocates and keeps. */
#include <stdlib.h>

void *early_block;

__attribute__((constructor)) static void allocate_early(void)
{
	early_block = malloc(54321);
}
