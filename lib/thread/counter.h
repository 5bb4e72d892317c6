/* SPDX-License-Identifier: MIT */
/*
 * A counter with one writing thread and any number of readers. Nobody waits.
 *
 * On x86-64 the addition is one instruction, so nothing is lost: a signal handler that adds to the
 * same counter runs before or after it, never in between. It is assembly because a compiler makes
 * three instructions of an atomic load, add and store, and because a plain `+=` that another thread
 * reads is a data race in C. Elsewhere a handler between the three operations can lose its
 * addition.
 */
#ifndef PL_COUNTER_H
#define PL_COUNTER_H

#include <stdatomic.h>

#include "common/base.h"

/* Written relaxed by its owner, read relaxed by anyone; nothing is published through it. */
typedef _Atomic uint64_t pl_counter;

/* MACHINE: the other branch is not built. */
#if defined(__x86_64__)
static inline void pl_counter_add(pl_counter *counter, uint64_t n)
{
	__asm__("addq %1, %0" : "+m"(*counter) : "er"(n) : "cc");
}

static inline void pl_counter_increment(pl_counter *counter)
{
	__asm__("incq %0" : "+m"(*counter) : : "cc");
}
#else
static inline void pl_counter_add(pl_counter *counter, uint64_t n)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
			      memory_order_relaxed);
}

static inline void pl_counter_increment(pl_counter *counter)
{
	pl_counter_add(counter, 1);
}
#endif

static inline uint64_t pl_counter_read(const pl_counter *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

#endif
