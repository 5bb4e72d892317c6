/* SPDX-License-Identifier: MIT */
/*
 * The elements of this process's profile, in chunks of the record. For every function: any thread,
 * signal handlers too; no heap request, no lock.
 */
#ifndef PL_CHUNKS_H
#define PL_CHUNKS_H

#include "common/profile_layout.h"

#include <stdatomic.h>

/*
 * Begins an empty profile of an image, by its number from 0. profile stays mapped as long as the
 * process lives. While the process has one thread.
 * is_on_disk: there may be no room for a chunk. Returns false if there is no memory.
 */
bool pl_chunks_begin(struct pl_profile *profile, uint32_t image, bool is_on_disk);

/* Returns the process's own place in the profile. */
struct pl_profile_process *pl_chunks_process(void);

/*
 * Takes the next element of a kind, which is zeroed, and sets its number, from 0. Returns NULL if
 * there is no chunk left.
 */
void *pl_chunks_take(enum pl_profile_kind kind, uint32_t *number);

/* The size of a kind's elements; kind is a constant where it matters. */
PL_INLINE uint32_t pl_chunks_size(enum pl_profile_kind kind)
{
	switch (kind) {
	case PL_PROFILE_NODES:
		return sizeof(struct pl_profile_node);
	case PL_PROFILE_ROWS:
		return sizeof(struct pl_profile_row);
	case PL_PROFILE_THREADS:
		return sizeof(struct pl_profile_thread);
	default:
		return sizeof(struct pl_profile_point);
	}
}

/*
 * Where the chunks are, and their numbers + 1 by kind and turn; 0: none yet. Release: whoever finds
 * one may touch it. Written by chunks.c.
 */
extern PL_HIDDEN char *pl_chunks_start;
extern PL_HIDDEN _Atomic uint16_t (*pl_chunks_numbers)[PL_PROFILE_CHUNKS];

/* Returns an element that was taken. */
PL_INLINE void *pl_chunks_at(enum pl_profile_kind kind, uint32_t number)
{
	uint32_t size = pl_chunks_size(kind), many = PL_PROFILE_CHUNK_SIZE / size;
	size_t chunk =
		atomic_load_explicit(&pl_chunks_numbers[kind][number / many], memory_order_acquire);

	return pl_chunks_start + (chunk - 1) * PL_PROFILE_CHUNK_SIZE +
	       (size_t)(number % many) * size;
}

#endif
