/* SPDX-License-Identifier: MIT */
/*
 * What every file of the library may take for granted: attributes under names of our own, and
 * assertions about the platform. It knows nothing of phaselock.
 */
#ifndef PL_BASE_H
#define PL_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_EXPORT __attribute__((visibility("default")))
#define PL_HIDDEN __attribute__((visibility("hidden")))
#define PL_COLD __attribute__((cold, noinline))
/* Placed among the other hot functions, at the start of a cache line: docs/decisions/0017. */
#define PL_HOT __attribute__((hot, aligned(64)))

/* A second name for a function of the same file; gcc wants the first one's attributes on it. */
#if __has_attribute(copy)
#define PL_ALIAS(name) __attribute__((alias(#name), copy(name)))
#else
#define PL_ALIAS(name) __attribute__((alias(#name)))
#endif
#define PL_PRINTF(text, first) __attribute__((format(printf, text, first)))
#define PL_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define PL_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* The value of a numeric macro, as a string. */
#define PL_TEXT_OF(number) PL_TEXT_OF_(number)
#define PL_TEXT_OF_(number) #number

/* Always inlined, so that PL_CALLER() in it is the return address of the function around it. */
#define PL_INLINE static inline __attribute__((always_inline))
#define PL_CALLER() __builtin_return_address(0)

/* An ELF note: the name of its section makes it one. */
#define PL_NOTE __attribute__((section(".note.phaselock"), used, aligned(4)))

/* Two cache lines: x86-64 prefetches pairs of them, so two threads must not share a pair. */
#define PL_CACHE_ALIGNED __attribute__((aligned(128)))

/* The smallest page size of the platform; the kernel's pages may be a multiple of it. */
#define PL_PAGE_SIZE 4096

_Static_assert(sizeof(void *) == 8 && sizeof(size_t) == 8,
	       "counters and the phase word assume LP64");
_Static_assert(__GCC_ATOMIC_POINTER_LOCK_FREE == 2, "signal handlers need lock-free atomics");
_Static_assert(__GCC_ATOMIC_LLONG_LOCK_FREE == 2, "signal handlers need lock-free atomics");

#endif
