/* SPDX-License-Identifier: MIT */
/*
 * Operation: one realloc of a block that grows by half each time, from 16 bytes to 1 MiB. Two
 * blocks grow in turns, so that neither stays the last one in the heap, which grows at no cost.
 */
#include "work.h"

#define LAST (1u << 20)

static void run(const struct work *work)
{
	char *blocks[2] = {NULL, NULL};
	size_t size = 16;

	for (long i = 0; i < work->operations; i++) {
		char **block = &blocks[i % 2];

		*block = realloc(*block, size);
		*(volatile char *)(*block + size - 1) = 1;
		if (i % 2 == 1)
			size += size / 2;
		if (size > LAST) {
			free(blocks[0]);
			free(blocks[1]);
			blocks[0] = blocks[1] = NULL;
			size = 16;
		}
	}
	free(blocks[0]);
	free(blocks[1]);
}

int main(int argc, char **argv)
{
	return work_main(argc, argv, run, 20000);
}
