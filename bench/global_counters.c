/* SPDX-License-Identifier: MIT */
/*
 * Another design, to compare with: counters of the whole process in global atomic variables, in
 * front of the system's allocator. It is what a Rust program has with #[global_allocator] over
 * StatsAlloc<System>, as a library to preload. Rust's dealloc is told the size and C's free is not,
 * so one is added in its place: the instruction is the same, and nothing is looked up for it.
 */
#include <stdatomic.h>
#include <stddef.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);
void *aligned_alloc(size_t alignment, size_t size);
void free(void *block);

static atomic_size_t allocations, bytes_allocated;
static atomic_size_t reallocations, bytes_reallocated;
static atomic_size_t deallocations, bytes_deallocated;

static void count(atomic_size_t *requests, atomic_size_t *bytes, size_t size)
{
	atomic_fetch_add(requests, 1);
	atomic_fetch_add(bytes, size);
}

void *malloc(size_t size)
{
	count(&allocations, &bytes_allocated, size);
	return __libc_malloc(size);
}

void *calloc(size_t members, size_t size)
{
	count(&allocations, &bytes_allocated, members * size);
	return __libc_calloc(members, size);
}

void *realloc(void *block, size_t size)
{
	count(&reallocations, &bytes_reallocated, size);
	return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	count(&allocations, &bytes_allocated, size);
	return __libc_memalign(alignment, size);
}

void free(void *block)
{
	count(&deallocations, &bytes_deallocated, 1);
	__libc_free(block);
}
