/* SPDX-License-Identifier: MIT */
/*
 * Makes the files of `phaselock run` for a test.
 */
#ifndef TEST_PAGE_H
#define TEST_PAGE_H

#include "common/channel.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define TEST_COOKIE UINT64_C(0x123456789abcdef0)

/* Returns a file in memory of this size, sealed against truncation if is_sealed; or -1. */
static inline int page_file(uint64_t magic, uint64_t cookie, size_t size, bool is_sealed)
{
	const struct pl_reach_head head = {magic, cookie};
	int fd = memfd_create("page", MFD_ALLOW_SEALING);
	size_t whole = size < sizeof(head) ? size : sizeof(head);

	if (fd < 0 || ftruncate(fd, (off_t)size) != 0 ||
	    pwrite(fd, &head, whole, 0) != (ssize_t)whole ||
	    (is_sealed && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) != 0))
		return -1;
	return fd;
}

/* Writes the value of the variable for this page; its other file is a good one. */
static inline void page_where(char where[64], int page)
{
	int alive = page_file(PL_CHANNEL_MAGIC, TEST_COOKIE, sizeof(struct pl_reach_head), true);

	snprintf(where, 64, "%d:%d:%llx:no-such-name", page, alive,
		 (unsigned long long)TEST_COOKIE);
}

/* Returns the command's view of a page, or NULL, and writes the variable's value to where. */
static inline struct pl_channel *page_make_for_test(char where[64])
{
	int fd = page_file(PL_CHANNEL_MAGIC, TEST_COOKIE, PL_CHANNEL_FILE_SIZE, true);
	void *page;

	page_where(where, fd);
	page = mmap(NULL, PL_CHANNEL_FILE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return page != MAP_FAILED ? page : NULL;
}

/* The same with a profile of stacks of so many frames. */
static inline struct pl_channel *page_make_with_profile(char where[64], uint64_t frames)
{
	int fd = page_file(PL_CHANNEL_MAGIC, TEST_COOKIE, PL_CHANNEL_PROFILE_END, true);
	struct pl_channel *page;

	page_where(where, fd);
	page = mmap(NULL, PL_CHANNEL_PROFILE_END, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return NULL;
	page->profile_frames = frames;
	return page;
}

static inline struct pl_profile *page_profile_of(struct pl_channel *page)
{
	return (void *)((char *)page + PL_CHANNEL_PROFILE_AT);
}

static inline struct pl_layout *page_record_of(struct pl_channel *page)
{
	return (void *)((char *)page + PL_CHANNEL_RECORD_AT);
}

#endif
