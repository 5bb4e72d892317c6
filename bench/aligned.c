/* SPDX-License-Identifier: MIT */
/* Operation: an aligned_alloc of 64 to 512 bytes, aligned to 64, and its free. */
#include "work.h"

static void run(const struct work *work)
{
	uint64_t state = work_seed(work);

	for (long i = 0; i < work->operations; i++) {
		void *volatile block = aligned_alloc(64, 64 * (1 + work_random(&state) % 8));

		free(block);
	}
}

int main(int argc, char **argv)
{
	return work_main(argc, argv, run, 1500000);
}
