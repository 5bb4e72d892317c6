/* SPDX-License-Identifier: MIT */
/*
 * What every file of the library may take for granted: attributes under names of ours, and
 * assertions on the platform. It knows nothing of phaselock.
 */
#ifndef PL_BASE_H
#define PL_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_EXPORT __attribute__((visibility("default")))
#define PL_HIDDEN __attribute__((visibility("hidden")))
#define PL_COLD __attribute__((cold, noinline))
/* With the others of its kind, and from the start of a cache line: docs/decisions/0017. */
#define PL_HOT __attribute__((hot, aligned(64)))

/* A second name of a function of the same file; gcc wants the attributes of the first on it. */
#if __has_attribute(copy)
#define PL_ALIAS(name) __attribute__((alias(#name), copy(name)))
#else
#define PL_ALIAS(name) __attribute__((alias(#name)))
#endif
#define PL_PRINTF(text, first) __attribute__((format(printf, text, first)))
#define PL_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define PL_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* The value of a macro, a number, as a text. */
#define PL_TEXT_OF(number) PL_TEXT_OF_(number)
#define PL_TEXT_OF_(number) #number

/* Inlined without fail: PL_CALLER() then is where the function around it returns to. */
#define PL_INLINE static inline __attribute__((always_inline))
#define PL_CALLER() __builtin_return_address(0)

/* An ELF note: a section of such a name is one. */
#define PL_NOTE __attribute__((section(".note.phaselock"), used, aligned(4)))

/* Two lines: the prefetcher of x86-64 fetches pairs, so that is what two threads must not share. */
#define PL_CACHE_ALIGNED __attribute__((aligned(128)))

/* The smallest page of the platform, or a multiple of it. */
#define PL_PAGE_SIZE 4096

_Static_assert(sizeof(void *) == 8 && sizeof(size_t) == 8,
	       "counters and the phase word assume LP64");
_Static_assert(__GCC_ATOMIC_POINTER_LOCK_FREE == 2, "signal handlers need lock-free atomics");
_Static_assert(__GCC_ATOMIC_LLONG_LOCK_FREE == 2, "signal handlers need lock-free atomics");

#endif
