/* SPDX-License-Identifier: MIT */
/*
 * Operation: one thread mallocs 16 to 272 bytes and hands the block to another, which frees it. The
 * threads are pairs of producer and consumer, so their number is even. Blocks are handed over a
 * hundred at a time, so that the allocator is timed and not the handover.
 */
#include "work.h"

#include <sched.h>
#include <stdatomic.h>

#define BATCH 128
#define BATCHES 16 /* on the way at most; a power of two */

static struct ring {
	_Alignas(64)
		atomic_ulong produced; /* written by the producer, release: the blocks below it */
	_Alignas(64)
		atomic_ulong consumed; /* written by the consumer, release: the slots below it */
	void *blocks[BATCHES][BATCH];
} rings[WORK_THREADS_MAX / 2];

static void produce(struct ring *ring, uint64_t state, unsigned long batches)
{
	for (unsigned long batch = 0; batch < batches; batch++) {
		while (batch - atomic_load_explicit(&ring->consumed, memory_order_acquire) ==
		       BATCHES)
			sched_yield();
		for (int i = 0; i < BATCH; i++) {
			char *block = malloc(16 + work_random(&state) % 257);

			*(volatile char *)block = 1;
			ring->blocks[batch % BATCHES][i] = block;
		}
		atomic_store_explicit(&ring->produced, batch + 1, memory_order_release);
	}
}

static void consume(struct ring *ring, unsigned long batches)
{
	for (unsigned long batch = 0; batch < batches; batch++) {
		while (atomic_load_explicit(&ring->produced, memory_order_acquire) == batch)
			sched_yield();
		for (int i = 0; i < BATCH; i++)
			free(ring->blocks[batch % BATCHES][i]);
		atomic_store_explicit(&ring->consumed, batch + 1, memory_order_release);
	}
}

static void run(const struct work *work)
{
	struct ring *ring = &rings[work->thread / 2];
	unsigned long batches = (unsigned long)work->operations * 2 / BATCH; /* of both threads */

	if (work->thread % 2 == 0)
		produce(ring, work_seed(work), batches);
	else
		consume(ring, batches);
}

int main(int argc, char **argv)
{
	if (argc < 2 || atoi(argv[1]) % 2 != 0)
		return 2;
	return work_main(argc, argv, run, 1000000);
}
