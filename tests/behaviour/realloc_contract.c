/* SPDX-License-Identifier: MIT */
/*
 * realloc() and reallocarray() of a null pointer allocate; to size 0 they free the block and return
 * NULL; when they fail they leave the old block whole. Each is counted as what it was.
 *
 * shows: PL-004 PL-006 PL-050 PL-054
 * libc: glibc musl
 * each: function reallocate reallocate_array
 * run: {self} {function}
 * exit: 0
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

static void *reallocate(void *block, size_t size)
{
	return realloc(block, size);
}

static void *reallocate_array(void *block, size_t size)
{
	return reallocarray(block, size, 1);
}

static void is_an_allocation_of_null(void *(*call)(void *block, size_t size))
{
	struct phaselock_stats begin = thread_stats(), did;
	void *block = call(NULL, 40);

	CHECK(block != NULL);
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.allocations, 1);
	CHECK_EQUAL(did.reallocations, 0);
	CHECK_EQUAL(did.bytes_requested, 40);
	free(block);
	free(call(NULL, 0));
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.allocations, 2);
	CHECK_EQUAL(did.deallocations, 2);
}

static void is_a_free_for_size_0(void *(*call)(void *block, size_t size))
{
	void *block = malloc(40);
	struct phaselock_stats begin = thread_stats(), did;

	CHECK(call(block, 0) == NULL);
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.deallocations, 1);
	CHECK_EQUAL(did.allocations + did.reallocations + did.bytes_requested, 0);
	CHECK_EQUAL(did.live_allocations, begin.live_allocations - 1);
}

static void counts_what_it_gains_and_loses(void *(*call)(void *block, size_t size))
{
	char *block = malloc(100);
	size_t small = malloc_usable_size(block), large;
	struct phaselock_stats begin = thread_stats(), did;

	memset(block, 7, small);
	block = call(block, 100000);
	CHECK(is_filled(block, 7, small));
	large = malloc_usable_size(block);
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.reallocations, 1);
	CHECK_EQUAL(did.bytes_requested, 100000);
	CHECK_EQUAL(did.bytes_reallocated, large - small);
	CHECK_EQUAL(did.live_bytes, begin.live_bytes + large - small);

	block = call(block, 50);
	CHECK(is_filled(block, 7, 50));
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.reallocations, 2);
	CHECK_EQUAL(did.bytes_reallocated, malloc_usable_size(block) - small);
	CHECK((int64_t)did.bytes_reallocated < 0);
	CHECK_EQUAL(did.allocations + did.deallocations, 0);
	free(block);
}

static void leaves_the_block_whole_when_it_fails(void *(*call)(void *block, size_t size))
{
	char *block = memset(malloc(40), 7, 40);
	struct phaselock_stats begin = thread_stats(), did;

	errno = 0;
	CHECK(call(block, opaque_size(PTRDIFF_MAX)) == NULL);
	CHECK_EQUAL(errno, ENOMEM);
	CHECK(is_filled(block, 7, 40));
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.failed_allocations, 1);
	CHECK_EQUAL(did.bytes_allocated + did.bytes_deallocated + did.bytes_reallocated, 0);
	CHECK_EQUAL(did.live_allocations, begin.live_allocations);
	free(block);
}

int main(int argc, char **argv)
{
	void *(*call)(void *block, size_t size) = reallocate;

	require_armed();
	CHECK(argc > 1);
	if (strcmp(argv[1], "reallocate_array") == 0)
		call = reallocate_array;
	is_an_allocation_of_null(call);
	is_a_free_for_size_0(call);
	counts_what_it_gains_and_loses(call);
	leaves_the_block_whole_when_it_fails(call);
	return 0;
}
