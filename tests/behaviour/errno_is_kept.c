/* SPDX-License-Identifier: MIT */
/*
 * free() and its variants keep errno in every phase and in a forbid scope, also for blocks whose
 * pages go back to the kernel. A successful request keeps it too.
 *
 * shows: PL-005
 * libc: glibc musl
 * exit: 0
 */
#define _GNU_SOURCE
#include "release.h"

#include <errno.h>

static void all_releases_keep_errno(void)
{
	for (size_t i = 0; i < RELEASES; i++) {
		void *block;

		phaselock_permit_begin();
		block = release_block();
		phaselock_permit_end();
		errno = ERANGE;
		releases[i].call(block);
		CHECK_EQUAL(errno, ERANGE);
		releases[i].call(NULL);
		CHECK_EQUAL(errno, ERANGE);
	}
}

static void requests_keep_errno(size_t size)
{
	void *block;

	errno = ERANGE;
	block = malloc(size);
	CHECK(block != NULL);
	block = realloc(block, size + 100000);
	CHECK(block != NULL);
	CHECK_EQUAL(errno, ERANGE);
	free(block);
	CHECK_EQUAL(errno, ERANGE);
	CHECK_EQUAL(posix_memalign(&block, 4096, size), 0);
	free(block);
	CHECK_EQUAL(errno, ERANGE);
}

int main(void)
{
	require_armed();
	all_releases_keep_errno();
	for (size_t size = 1; size <= (size_t)1 << 28; size *= 8)
		requests_keep_errno(size);
	lock_allocations();
	all_releases_keep_errno();
	phaselock_forbid_begin();
	all_releases_keep_errno();
	phaselock_forbid_end();
	return 0;
}
