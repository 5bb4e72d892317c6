/* SPDX-License-Identifier: MIT */
/* Operation: one of 1,024 live blocks is freed, and one of 16 to 1,040 bytes takes its place. */
#include "work.h"

#define LIVE 1024

static void run(const struct work *work)
{
	uint64_t state = work_seed(work);
	void *blocks[LIVE] = {NULL};

	for (long i = 0; i < work->operations; i++) {
		uint64_t random = work_random(&state);
		void **block = &blocks[random % LIVE];

		free(*block);
		*block = malloc(16 + (random >> 32) % 1025);
		*(volatile char *)*block = 1;
	}
	for (int i = 0; i < LIVE; i++)
		free(blocks[i]);
}

int main(int argc, char **argv)
{
	return work_main(argc, argv, run, 3000000);
}
