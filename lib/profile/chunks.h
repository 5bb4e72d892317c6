/* SPDX-License-Identifier: MIT */
/*
 * The elements of this process's profile, in chunks of the record. For every function: any thread,
 * signal handlers too; no heap request, no lock.
 */
#ifndef PL_CHUNKS_H
#define PL_CHUNKS_H

#include "common/profile_layout.h"

/*
 * Begins an empty profile of an image, by its number from 0. profile stays mapped as long as the
 * process lives. While the process has one thread.
 * is_on_disk: there may be no room for a chunk.
 */
void pl_chunks_begin(struct pl_profile *profile, uint32_t image, bool is_on_disk);

/* Returns the process's own place in the profile. */
struct pl_profile_process *pl_chunks_process(void);

/*
 * Takes the next element of a kind, which is zeroed, and sets its number, from 0. Returns NULL if
 * there is no chunk left.
 */
void *pl_chunks_take(enum pl_profile_kind kind, uint32_t *number);

/* Returns an element that was taken. */
void *pl_chunks_at(enum pl_profile_kind kind, uint32_t number);

#endif
