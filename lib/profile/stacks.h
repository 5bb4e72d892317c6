/* SPDX-License-Identifier: MIT */
/* The call stacks of the profile as a tree. */
#ifndef PL_STACKS_H
#define PL_STACKS_H

#include "common/profile_layout.h"

/* An empty tree. While the process has one thread. Returns false if there is no memory. */
bool pl_stacks_begin(void);

#define PL_STACKS_LAST 64

/*
 * The outermost frames of the stack that was looked for last, outermost first, and their nodes:
 * most stacks begin like the one before. Zeroed memory has none. It has one user at a time.
 */
struct pl_stacks_last {
	uint64_t generation;
	uint32_t beyond;
	uint32_t count;
	const void *frames[PL_STACKS_LAST];
	uint32_t nodes[PL_STACKS_LAST];
};

/*
 * Returns the number of the node of a call stack, whose frames are innermost first and of this
 * thread's stack as it is now; 0 if there is no room for all of it. beyond: the
 * enum pl_profile_node_flag of what follows the frames, 0: nothing does. generation: as
 * pl_unwind_generation(). Any thread, signal handlers too; no heap request, no lock.
 */
uint32_t pl_stacks_find(struct pl_layout *record, void *const *frames, unsigned count,
			uint32_t beyond, uint64_t generation, struct pl_stacks_last *last);

#endif
