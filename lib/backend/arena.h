/* SPDX-License-Identifier: MIT */
/*
 * A small arena, which serves requests while the next allocator is looked for. Its blocks are never
 * given back, and are always known by their address. For backend_system.c alone. It must not know
 * why anybody asks.
 */
#ifndef PL_ARENA_H
#define PL_ARENA_H

#include "common/base.h"

#include <stdatomic.h>

#define ARENA_SIZE 65536
#define ARENA_ALIGNMENT 16

/* Stands before each block. It is as large as the alignment, so that the block is aligned too. */
struct arena_head {
	size_t size;
	size_t unused;
};

_Static_assert(sizeof(struct arena_head) == ARENA_ALIGNMENT, "a block starts aligned");

static _Alignas(ARENA_ALIGNMENT) char arena[ARENA_SIZE];
static _Atomic size_t arena_used; /* any thread adds, relaxed; may pass the end */

static inline bool in_arena(const void *block)
{
	return (uintptr_t)block - (uintptr_t)arena < ARENA_SIZE;
}

static inline struct arena_head *head_of(const void *block)
{
	return (struct arena_head *)(uintptr_t)block - 1;
}

/* Returns a zeroed block: the arena starts zeroed, and no byte of it is used twice. */
static inline void *arena_take(size_t alignment, size_t size)
{
	size_t room = alignment > ARENA_ALIGNMENT ? alignment : 0;
	size_t start;
	uintptr_t block;

	if (size > ARENA_SIZE || room > ARENA_SIZE)
		return NULL;
	/* 0 bytes take one: an empty block at the very end would not be known by its address. */
	size = size == 0 ? 1 : size;
	room += sizeof(struct arena_head) +
		((size + ARENA_ALIGNMENT - 1) & ~(size_t)(ARENA_ALIGNMENT - 1));
	/* Load first: requests that do not fit would make the number wrap. */
	if (atomic_load_explicit(&arena_used, memory_order_relaxed) > ARENA_SIZE)
		return NULL;
	start = atomic_fetch_add_explicit(&arena_used, room, memory_order_relaxed);
	if (start > ARENA_SIZE || room > ARENA_SIZE - start)
		return NULL;
	block = (uintptr_t)arena + start + sizeof(struct arena_head);
	if (alignment > ARENA_ALIGNMENT)
		block = (block + alignment - 1) & ~(alignment - 1);
	head_of((void *)block)->size = size;
	return (void *)block;
}

#endif
