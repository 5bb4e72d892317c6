/* SPDX-License-Identifier: MIT */
/*
 * Treats alignments as glibc does, for allocators that do not. It must not know who serves the
 * request.
 */
#ifndef PL_CONTRACT_H
#define PL_CONTRACT_H

#include "common/base.h"

/* The functions that take or imply an alignment. */
enum pl_aligned {
	PL_POSIX_MEMALIGN,
	PL_ALIGNED_ALLOC,
	PL_MEMALIGN,
	PL_VALLOC, /* these two align to the page, whatever is given */
	PL_PVALLOC,
	PL_NEW,
	PL_ALIGNED_FUNCTIONS
};

static inline bool pl_contract_is_power_of_two(size_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

/*
 * Whether the function takes this alignment as it is. If not, what it does depends on the libc and
 * its version.
 */
static inline bool pl_contract_is_usual(enum pl_aligned function, size_t alignment)
{
	return pl_contract_is_power_of_two(alignment) &&
	       (function != PL_POSIX_MEMALIGN || alignment % sizeof(void *) == 0);
}

/*
 * Returns whether the function takes the alignment, which for memalign() becomes a power of two
 * first. If not, errno is EINVAL, except for operator new, which leaves it alone. aligned_alloc()
 * refuses an alignment that is not a power of two, as in C17 and glibc 2.38.
 */
bool pl_contract_apply(enum pl_aligned function, size_t *alignment);

#endif
