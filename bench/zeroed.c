/* SPDX-License-Identifier: MIT */
/* Operation: a calloc of 8 members of 1 to 128 bytes, and its free. */
#include "work.h"

static void run(const struct work *work)
{
	uint64_t state = work_seed(work);

	for (long i = 0; i < work->operations; i++) {
		void *volatile block = calloc(8, 1 + work_random(&state) % 128);

		free(block);
	}
}

int main(int argc, char **argv)
{
	return work_main(argc, argv, run, 1500000);
}
