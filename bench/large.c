/* SPDX-License-Identifier: MIT */
/*
 * Operation: one of 16 live blocks is freed, a block of 64 KiB to 1 MiB takes its place, and its
 * first and last bytes are written.
 */
#include "work.h"

#define LIVE 16
#define SMALLEST ((size_t)64 << 10)

static void run(const struct work *work)
{
	uint64_t state = work_seed(work);
	char *blocks[LIVE] = {NULL};

	for (long i = 0; i < work->operations; i++) {
		uint64_t random = work_random(&state);
		size_t size = SMALLEST * (1 + (random >> 32) % 16);
		char **block = &blocks[random % LIVE];

		free(*block);
		*block = malloc(size);
		*(volatile char *)*block = 1;
		*(volatile char *)(*block + size - 1) = 1;
	}
	for (int i = 0; i < LIVE; i++)
		free(blocks[i]);
}

int main(int argc, char **argv)
{
	return work_main(argc, argv, run, 80000);
}
