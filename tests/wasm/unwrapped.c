/* SPDX-License-Identifier: MIT */
/*
 * What somebody writes who wants the linker to be quiet: the names that are missing when wrap.flags
 * is not given, so that the module is linked and nothing in it comes to the guard.
 */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

extern size_t malloc_usable_size(void *block);
extern int posix_memalign(void **out, size_t alignment, size_t size); /* not in its header */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void __real_free(void *block);
size_t __real_malloc_usable_size(void *block);
void *__real_sbrk(intptr_t increment);
int __real_posix_memalign(void **out, size_t alignment, size_t size);
void *__real_reallocarray(void *block, size_t count, size_t size);
void *__real___libc_malloc(size_t size);
void *__real___libc_calloc(size_t count, size_t size);
void __real___libc_free(void *block);
void *memalign(size_t alignment, size_t size);
void *valloc(size_t size);
void *pvalloc(size_t size);
void cfree(void *block);
void free_sized(void *block, size_t size);
void free_aligned_sized(void *block, size_t alignment, size_t size);

void *__real_malloc(size_t size)
{
	return malloc(size);
}

void *__real_calloc(size_t count, size_t size)
{
	return calloc(count, size);
}

void *__real_realloc(void *block, size_t size)
{
	return realloc(block, size);
}

void *__real_aligned_alloc(size_t alignment, size_t size)
{
	return aligned_alloc(alignment, size);
}

void __real_free(void *block)
{
	free(block);
}

size_t __real_malloc_usable_size(void *block)
{
	return malloc_usable_size(block);
}

void *__real_sbrk(intptr_t increment)
{
	return sbrk(increment);
}

int __real_posix_memalign(void **out, size_t alignment, size_t size)
{
	return posix_memalign(out, alignment, size);
}

void *__real_reallocarray(void *block, size_t count, size_t size)
{
	return realloc(block, count * size);
}

void *__real___libc_malloc(size_t size)
{
	return malloc(size);
}

void *__real___libc_calloc(size_t count, size_t size)
{
	return calloc(count, size);
}

void __real___libc_free(void *block)
{
	free(block);
}

void *memalign(size_t alignment, size_t size)
{
	return aligned_alloc(alignment, size);
}

void *valloc(size_t size)
{
	return aligned_alloc(65536, size);
}

void *pvalloc(size_t size)
{
	return aligned_alloc(65536, size);
}

void cfree(void *block)
{
	free(block);
}

void free_sized(void *block, size_t size)
{
	(void)size;
	free(block);
}

void free_aligned_sized(void *block, size_t alignment, size_t size)
{
	(void)alignment;
	(void)size;
	free(block);
}
