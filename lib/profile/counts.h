/* SPDX-License-Identifier: MIT */
/*
 * Additions to counts of the profile. As long as the process has one thread they are single
 * instructions, which no signal handler can come between, and are not locked against other threads.
 * A second thread begins in a request of its own, when the first one is in no addition.
 */
#ifndef PL_PROFILE_COUNTS_H
#define PL_PROFILE_COUNTS_H

#include "common/base.h"

#include <stdatomic.h>

/* Whether no second thread has come by yet. Relaxed: see above. */
extern PL_HIDDEN _Atomic bool pl_profile_is_alone;

static inline bool pl_profile_alone(void)
{
	return atomic_load_explicit(&pl_profile_is_alone, memory_order_relaxed);
}

PL_INLINE void pl_profile_add(_Atomic uint64_t *count, uint64_t n, bool alone)
{
/* MACHINE: elsewhere each addition is an atomic one. */
#if defined(__x86_64__)
	if (PL_LIKELY(alone)) {
		__asm__ volatile("addq %1, %0" : "+m"(*count) : "er"(n) : "cc");
		return;
	}
#endif
	(void)alone;
	atomic_fetch_add_explicit(count, n, memory_order_relaxed);
}

#endif
