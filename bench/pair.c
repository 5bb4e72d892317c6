/* SPDX-License-Identifier: MIT */
/* A malloc/free pair of 64 bytes in a loop, on as many threads as argv[1]; prints nothing, the
 * caller times it. */
#include <pthread.h>
#include <stdlib.h>

#define PAIRS 30000000

static void *run(void *unused)
{
	(void)unused;
	for (long i = 0; i < PAIRS; i++) {
		void *volatile block = malloc(64);

		free(block);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[64];
	int count = argc > 1 ? atoi(argv[1]) : 1;

	for (int i = 1; i < count && i < 64; i++)
		pthread_create(&threads[i], NULL, run, NULL);
	run(NULL);
	for (int i = 1; i < count && i < 64; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
