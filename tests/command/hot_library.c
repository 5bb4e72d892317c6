/* SPDX-License-Identifier: MIT */
/*
 * A library whose functions have no names for the dynamic linker, but for the one that calls them.
 */
#include <stdlib.h>

#define FRAME __attribute__((noinline))

static void *volatile block;

static FRAME void parse_part(size_t size)
{
	block = malloc(size);
	free(block);
}

__attribute__((visibility("hidden"))) FRAME void parse_whole(size_t size);
FRAME void parse_whole(size_t size)
{
	parse_part(size);
	block = NULL;
}

void library_run(void);
void library_run(void)
{
	parse_whole(21);
	block = NULL;
}
