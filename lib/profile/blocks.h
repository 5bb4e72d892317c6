/* SPDX-License-Identifier: MIT */
/*
 * The live blocks that the profile knows. For every function: any thread, signal handlers too; no
 * heap request, no lock. A block is put in after the allocator gave it and taken out before the
 * allocator gets it back, so no two threads ever ask for one address at once.
 */
#ifndef PL_BLOCKS_H
#define PL_BLOCKS_H

#include "common/base.h"

struct pl_block {
	uint32_t row;
	uint32_t birth_ms;	/* of some clock; goes round */
	uint32_t birth_request; /* likewise */
	uint64_t size;		/* PL_BLOCK_SIZE_MAX at most */
};

/* Larger ones count as this large: 1 TiB. */
#define PL_BLOCK_SIZE_MAX ((UINT64_C(1) << 40) - 1)
#define PL_BLOCK_ROWS (UINT32_C(1) << 24)

/* No block. While the process has one thread. */
void pl_blocks_begin(void);

/* Returns how much it mapped for it, or SIZE_MAX if there is no memory to remember the block. */
size_t pl_blocks_put(const void *address, const struct pl_block *block);

/* Returns false if the block is not known. */
bool pl_blocks_take(const void *address, struct pl_block *block);

#endif
