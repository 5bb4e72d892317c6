/* SPDX-License-Identifier: MIT */
/*
 * Words that are replaced together, and can be read whole meanwhile. There are two copies; the one
 * in force is number generation % 2. A writer fills the other one and then adds one to generation.
 * So a signal handler that interrupts it, and the child of a fork(), find the words from before
 * whole.
 *
 * No function waits or makes a heap request. Any thread and signal handler may call them, but only
 * one writer of the same words at a time. Zeroed memory is generation 0, whose words are 0. They
 * are inline because reading a few words for a violation then takes no loop.
 */
#ifndef PL_GENERATION_H
#define PL_GENERATION_H

#include "common/base.h"

#include <stdatomic.h>

/* The number and both copies, of `count` words each. */
#define PL_GENERATION_SIZE(count) (1 + 2 * (count))
typedef _Atomic uint64_t pl_generation;

/* The copy of the generation with that number. */
#define PL_GENERATION_COPY(generation, number, count) ((generation) + 1 + (number) % 2 * (count))

/* Returns the number of the generation in force. */
PL_INLINE uint64_t pl_generation_number(const pl_generation *generation)
{
	return atomic_load_explicit(generation, memory_order_relaxed);
}

/* Makes these words the next generation. */
PL_INLINE void pl_generation_write(pl_generation *generation, const uint64_t *words, size_t count)
{
	uint64_t next = pl_generation_number(generation) + 1;
	pl_generation *copy = PL_GENERATION_COPY(generation, next, count);

	/* release: a reader that sees one of these also sees the number that came before them */
	for (size_t i = 0; i < count; i++)
		atomic_store_explicit(&copy[i], words[i], memory_order_release);
	/* release: pairs with the acquire of readers */
	atomic_store_explicit(generation, next, memory_order_release);
}

/* Reads the words in force, and returns their number. Reads again if a writer overtakes it. */
PL_INLINE uint64_t pl_generation_read(const pl_generation *generation, uint64_t *words,
				      size_t count)
{
	uint64_t seen, now;

	do {
		const pl_generation *copy;

		seen = atomic_load_explicit(generation, memory_order_acquire);
		copy = PL_GENERATION_COPY(generation, seen, count);
		/* acquire: if one of these is from a later writer, so is the number below */
		for (size_t i = 0; i < count; i++)
			words[i] = atomic_load_explicit(&copy[i], memory_order_acquire);
		now = pl_generation_number(generation);
	} while (seen != now);
	return seen;
}

#endif
