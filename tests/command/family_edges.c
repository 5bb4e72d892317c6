/* SPDX-License-Identifier: MIT */
/*
 * A program without the library. Calls each function of the malloc family with every edge of its
 * arguments, and prints what came of it, a line for each call: NULL and the error, or that there is
 * a block, with errno and, if they do not hold, that it is not aligned, that its usable size is
 * less than was asked for, or that it is not cleared. Linked with the C++ library, for its
 * operators.
 */
#define _GNU_SOURCE
#include "../behaviour/cxx_names.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define KEPT 7 /* the byte of the blocks that are reallocated */

static const size_t sizes[] = {
	0,
	1,
	7,
	8,
	9,
	15,
	16,
	17,
	24,
	25,
	100,
	1000,
	4095,
	4096,
	4097,
	65536,
	1 << 20,
	(8 << 20) + 1,
	1 << 28,
	(size_t)1 << 46,
	(size_t)1 << 47,
	(size_t)1 << 62,
	(size_t)PTRDIFF_MAX - 4096,
	(size_t)PTRDIFF_MAX - 16,
	PTRDIFF_MAX,
	(size_t)PTRDIFF_MAX + 1,
	SIZE_MAX - 8192,
	SIZE_MAX - 4096,
	SIZE_MAX - 4095,
	SIZE_MAX - 100,
	SIZE_MAX - 15,
	SIZE_MAX - 1,
	SIZE_MAX,
};

static const size_t odd_alignments[] = {
	0,
	3,
	5,
	7,
	9,
	12,
	24,
	48,
	100,
	4095,
	4097,
	1 << 20 | 8,
	((size_t)1 << 40) - 1,
	SIZE_MAX / 2,
	SIZE_MAX / 2 + 1,
	SIZE_MAX / 2 + 2,
	SIZE_MAX - 1,
	SIZE_MAX,
};

static const size_t factors[] = {
	0,
	1,
	2,
	16,
	4096,
	(size_t)1 << 31,
	(size_t)1 << 32,
	(size_t)1 << 33,
	SIZE_MAX / 2 + 1,
	SIZE_MAX,
};

/* For a compiler that reckons with sizes. */
static volatile size_t hidden;

static size_t hide(size_t size)
{
	hidden = size;
	return hidden;
}

static size_t power_at_least(size_t alignment)
{
	size_t power = 16; /* what libc promises of any block */

	while (power < alignment && power <= SIZE_MAX / 2)
		power <<= 1;
	return power;
}

static void *take(void *block)
{
	__asm__ volatile("" : "+r"(block) : : "memory");
	return block;
}

/* Whether what can be read of a block holds a byte all over; not more than a page at each end. */
static int holds(const unsigned char *block, unsigned char byte, size_t size)
{
	for (size_t i = 0; i < size && i < 4096; i++)
		if (block[i] != byte || block[size - 1 - i] != byte)
			return 0;
	return 1;
}

struct result {
	void *block;
	int error;  /* errno after the call, which was 0 before */
	int result; /* of posix_memalign() */
};

/*
 * alignment, size: what the block must have; cleared: it is calloc's; old: a block that is there
 * still.
 */
static void tell(struct result it, size_t alignment, size_t size, int cleared)
{
	size_t power = power_at_least(alignment);

	if (it.result != 0)
		printf(" result %d", it.result);
	if (it.block == NULL) {
		printf(" NULL errno %d\n", it.error);
		return;
	}
	printf(" block errno %d%s%s%s\n", it.error,
	       (uintptr_t)it.block % power != 0 ? " misaligned" : "",
	       malloc_usable_size(it.block) < size ? " short" : "",
	       cleared && !holds(it.block, 0, size) ? " dirty" : "");
	if (size < 1 << 24)
		memset(it.block, 0xa5, size);
	free(it.block);
}

#define CALL(alignment, size, cleared, expression)                                                 \
	do {                                                                                       \
		struct result it_ = {NULL, 0, 0};                                                  \
                                                                                                   \
		errno = 0;                                                                         \
		it_.block = take(expression);                                                      \
		it_.error = errno;                                                                 \
		tell(it_, alignment, size, cleared);                                               \
	} while (0)

static void resize(size_t from, size_t count, size_t size, int array)
{
	unsigned char *old = malloc(from);
	struct result it = {NULL, 0, 0};
	size_t bytes = count * size;

	memset(old, KEPT, from);
	printf("%s(block of %zu, %zu, %zu):", array ? "reallocarray" : "realloc", from, count,
	       size);
	errno = 0;
	it.block = take(array ? reallocarray(old, hide(count), hide(size))
			      : realloc(old, hide(bytes)));
	it.error = errno;
	if (it.block != NULL && !holds(it.block, KEPT, from < bytes ? from : bytes))
		printf(" changed");
	if (it.block == NULL && it.error != 0) { /* else it was freed */
		printf("%s", holds(old, KEPT, from) ? " old block whole" : " old block changed");
		free(old);
	}
	tell(it, 0, bytes, 0);
}

static void of_size(size_t size)
{
	size_t page = 4096;

	printf("malloc(%zu):", size);
	CALL(0, size, 0, malloc(hide(size)));
	printf("calloc(1, %zu):", size);
	CALL(0, size, 1, calloc(1, hide(size)));
	printf("calloc(%zu, 1):", size);
	CALL(0, size, 1, calloc(hide(size), 1));
	printf("realloc(NULL, %zu):", size);
	CALL(0, size, 0, realloc(NULL, hide(size)));
	printf("valloc(%zu):", size);
	CALL(page, size, 0, valloc(hide(size)));
	printf("pvalloc(%zu):", size);
	CALL(page, (size + page - 1) & ~(page - 1), 0, pvalloc(hide(size)));
	printf("new(%zu):", size);
	CALL(0, size, 0, new_nothrow(hide(size), ""));
	printf("new[](%zu):", size);
	CALL(0, size, 0, new_array_nothrow(hide(size), ""));
	resize(1, 1, size, 0);
	resize(100, 1, size, 0);
	resize(100000, 1, size, 0);
}

static void of_alignment(size_t alignment, size_t size)
{
	struct result it = {&it, 0, 0};

	printf("aligned_alloc(%zu, %zu):", alignment, size);
	CALL(alignment, size, 0, aligned_alloc(hide(alignment), hide(size)));
	printf("memalign(%zu, %zu):", alignment, size);
	CALL(alignment, size, 0, memalign(hide(alignment), hide(size)));
	printf("posix_memalign(%zu, %zu):", alignment, size);
	errno = 0;
	it.result = posix_memalign(&it.block, hide(alignment), hide(size));
	it.error = errno;
	if (it.result != 0) {
		printf("%s", it.block == &it ? " left alone" : " changed");
		it.block = NULL;
	}
	tell(it, alignment, size, 0);
	/* libstdc++ rounds the size up to the alignment, and the sum to 0 where it overflows. */
	if (size > SIZE_MAX - alignment)
		return;
	printf("new(%zu, align %zu):", size, alignment);
	CALL(alignment, size, 0, new_aligned_nothrow(hide(size), hide(alignment), ""));
	printf("new[](%zu, align %zu):", size, alignment);
	CALL(alignment, size, 0, new_array_aligned_nothrow(hide(size), hide(alignment), ""));
}

static void of_alignments(size_t alignment)
{
	for (size_t i = 0; i < COUNT(sizes); i++)
		of_alignment(alignment, sizes[i]);
}

int main(void)
{
	for (size_t i = 0; i < COUNT(sizes); i++)
		of_size(sizes[i]);
	for (size_t i = 0; i < COUNT(factors); i++)
		for (size_t j = 0; j < COUNT(factors); j++) {
			size_t bytes = factors[i] * factors[j];

			printf("calloc(%zu, %zu):", factors[i], factors[j]);
			CALL(0, bytes, 1, calloc(hide(factors[i]), hide(factors[j])));
			printf("reallocarray(NULL, %zu, %zu):", factors[i], factors[j]);
			CALL(0, bytes, 0, reallocarray(NULL, hide(factors[i]), hide(factors[j])));
			resize(100, factors[i], factors[j], 1);
		}
	for (size_t alignment = 1; alignment != 0; alignment <<= 1)
		of_alignments(alignment);
	for (size_t i = 0; i < COUNT(odd_alignments); i++)
		of_alignments(odd_alignments[i]);
	printf("malloc_usable_size(NULL): %zu\n", malloc_usable_size(NULL));
	return 0;
}
