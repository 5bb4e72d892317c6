/* SPDX-License-Identifier: MIT */
/*
 * Every deallocating function is granted while allocations are locked, is counted, and keeps errno.
 * A null pointer does nothing and counts nothing, and realloc(p, 0) frees the block.
 *
 * shows: PL-005 PL-006 PL-017
 * libc: glibc musl
 * each: function free cfree free_sized free_aligned_sized realloc reallocarray delete delete_array
 *     delete_sized delete_array_sized delete_nothrow delete_array_nothrow delete_aligned
 *     delete_array_aligned delete_sized_aligned delete_array_sized_aligned delete_aligned_nothrow
 *     delete_array_aligned_nothrow
 * run: {self} {function}
 * exit: 0
 */
#define _GNU_SOURCE
#include "release.h"

#include <errno.h>

int main(int argc, char **argv)
{
	struct phaselock_stats begin, did;
	const struct release *release;
	size_t usable;
	void *block;

	require_armed();
	release = release_find(argc > 1 ? argv[1] : NULL);
	block = release_block();
	usable = malloc_usable_size(block);
	lock_allocations();
	begin = thread_stats();
	errno = ERANGE;
	release->call(block);
	release->call(NULL);
	CHECK_EQUAL(errno, ERANGE);
	did = thread_stats_since(&begin);

	CHECK_EQUAL(did.deallocations, 1);
	CHECK_EQUAL(did.locked_deallocations, 1);
	CHECK_EQUAL(did.bytes_deallocated, usable);
	CHECK_EQUAL(did.live_allocations, begin.live_allocations - 1);
	CHECK_EQUAL(did.locked_attempts + did.allocations + did.reallocations, 0);
	return 0;
}
