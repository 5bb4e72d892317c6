/* SPDX-License-Identifier: MIT */
/* Operation: a thread starts, makes ten requests and their frees, ends, and is joined. */
#include "work.h"

static void *live(void *unused)
{
	void *volatile blocks[10];

	for (int i = 0; i < 10; i++)
		blocks[i] = malloc(64);
	for (int i = 0; i < 10; i++)
		free(blocks[i]);
	return unused;
}

static void run(const struct work *work)
{
	for (long i = 0; i < work->operations; i++) {
		pthread_t id;

		if (pthread_create(&id, NULL, live, NULL) != 0)
			abort();
		pthread_join(id, NULL);
	}
}

int main(int argc, char **argv)
{
	return work_main(argc, argv, run, 1000);
}
