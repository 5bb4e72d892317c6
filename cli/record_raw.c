/* SPDX-License-Identifier: MIT */
/*
 * A file of profile=, which a program that ran alone has written by a mapping: it is laid out like
 * the memory that the command shares with its processes. It may still be written, and may hold
 * anything. It is read, not mapped: who cuts it meanwhile would end the command.
 */
#define _GNU_SOURCE
#include "record_raw.h"

#include "common/channel.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bool read_part(int fd, char *memory, size_t from, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = pread(fd, memory + from + done, size - done, (off_t)(from + done));

		if (got <= 0)
			return false;
		done += (size_t)got;
	}
	return true;
}

/* Only what was taken: most of the file is a hole. */
static bool read_parts(int fd, char *memory)
{
	const struct pl_profile *profile = (void *)(memory + PL_CHANNEL_PROFILE_AT);
	uint32_t taken;

	if (!read_part(fd, memory, PL_CHANNEL_RECORD_AT, sizeof(struct pl_layout)) ||
	    !read_part(fd, memory, PL_CHANNEL_PROFILE_AT, PL_PROFILE_CHUNKS_AT))
		return false;
	taken = profile->chunks_taken < PL_PROFILE_CHUNKS ? profile->chunks_taken
							  : PL_PROFILE_CHUNKS;
	return read_part(fd, memory, PL_CHANNEL_PROFILE_AT + PL_PROFILE_CHUNKS_AT,
			 (size_t)taken * PL_PROFILE_CHUNK_SIZE);
}

bool record_raw_is(const void *start)
{
	uint64_t magic;

	memcpy(&magic, start, sizeof(magic));
	return magic == PL_CHANNEL_MAGIC;
}

char *record_raw_read(int fd)
{
	char *memory = mmap(NULL, PL_CHANNEL_PROFILE_END, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return NULL;
	if (read_parts(fd, memory))
		return memory;
	record_raw_free(memory);
	return NULL;
}

void record_raw_free(char *memory)
{
	munmap(memory, PL_CHANNEL_PROFILE_END);
}
