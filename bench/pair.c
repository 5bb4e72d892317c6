/* SPDX-License-Identifier: MIT */
/* Operation: a malloc of 64 bytes and its free. */
#include "work.h"

static void run(const struct work *work)
{
	for (long i = 0; i < work->operations; i++) {
		void *volatile block = malloc(64);

		free(block);
	}
}

int main(int argc, char **argv)
{
	return work_main(argc, argv, run, 4000000);
}
