/* SPDX-License-Identifier: MIT */
/*
 * What glibc makes of an alignment and a size, for allocators that do not. It must not know who
 * serves the request.
 */
#ifndef PL_CONTRACT_H
#define PL_CONTRACT_H

#include "common/base.h"

/* The functions that take an alignment, or have one. */
enum pl_aligned {
	PL_POSIX_MEMALIGN,
	PL_ALIGNED_ALLOC,
	PL_MEMALIGN,
	PL_VALLOC, /* their alignment is the page, whatever is given */
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
 * Makes the alignment a power of two, and returns whether the function takes it. If not, errno is
 * EINVAL, but for operator new, which leaves it alone. aligned_alloc() refuses an alignment that is
 * no power of two, as C17 and glibc 2.38 have it.
 */
bool pl_contract_apply(enum pl_aligned function, size_t *alignment);

#endif
