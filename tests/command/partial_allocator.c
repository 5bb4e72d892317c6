/* SPDX-License-Identifier: MIT */
/*
 * A preloaded allocator of five functions, as electric fence is one: no malloc_usable_size(), no
 * posix_memalign(). What stands before a block is its own: libc, asked for the size of one, follows
 * it to nowhere.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct head {
	size_t size, mapped;
	void *start;
	uint64_t mark; /* where glibc has the size of a block */
};

void *memalign(size_t alignment, size_t size);

static struct head *head_of(void *block)
{
	return (struct head *)block - 1;
}

void *memalign(size_t alignment, size_t size)
{
	size_t mapped = size + alignment + sizeof(struct head);
	char *start =
		mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uintptr_t block = (uintptr_t)start + sizeof(struct head);

	if (start == MAP_FAILED)
		return NULL;
	block = (block + alignment - 1) & ~(alignment - 1);
	*head_of((void *)block) = (struct head){size, mapped, start, 0xcafebabe123450};
	return (void *)block;
}

void *malloc(size_t size)
{
	return memalign(16, size);
}

void *calloc(size_t count, size_t size)
{
	return malloc(count * size);
}

void free(void *block)
{
	if (block == NULL)
		return;
	if (head_of(block)->mark != 0xcafebabe123450)
		abort();
	munmap(head_of(block)->start, head_of(block)->mapped);
}

void *realloc(void *block, size_t size)
{
	void *moved = malloc(size);

	if (block == NULL)
		return moved;
	memcpy(moved, block, head_of(block)->size < size ? head_of(block)->size : size);
	free(block);
	return moved;
}
