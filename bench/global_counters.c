/* SPDX-License-Identifier: MIT */
/*
 * Another design, to compare with: phase and counters of the whole process are global atomic
 * variables in front of the system's allocator. This preloadable library does what a phase-locked
 * #[global_allocator] over System does in a Rust program: a request loads the phase, and adds one
 * and its size; a free does nothing. Rust's realloc knows the old size and adds the growth. C's
 * does not, so the new size is added instead: the instruction is the same, and nothing is looked
 * up.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static atomic_bool open = true;
static atomic_size_t allocations, bytes, attempts;

static void judge(void)
{
	if (atomic_load_explicit(&open, memory_order_acquire))
		return;
	atomic_fetch_add_explicit(&attempts, 1, memory_order_relaxed);
	abort();
}

static void count(size_t size)
{
	judge();
	atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&bytes, size, memory_order_relaxed);
}

void *malloc(size_t size)
{
	count(size);
	return __libc_malloc(size);
}

void *calloc(size_t members, size_t size)
{
	count(members * size);
	return __libc_calloc(members, size);
}

void *realloc(void *block, size_t size)
{
	judge();
	atomic_fetch_add_explicit(&bytes, size, memory_order_relaxed);
	return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	count(size);
	return __libc_memalign(alignment, size);
}
