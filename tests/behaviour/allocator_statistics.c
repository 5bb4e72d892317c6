/* SPDX-License-Identifier: MIT */
/*
 * Over our jemalloc mallinfo2(), mallinfo(), malloc_stats(), malloc_info() and malloc_trim()
 * describe jemalloc's heap: a block counts as in use until it is freed, the numbers add up, and a
 * trim gives back what was kept and says whether it did. mallopt() sets nothing, and says so. None
 * of them makes a heap request.
 *
 * shows: PL-607
 * backend: jemalloc
 * exit: 0
 * stderr:
 * | Total:
 * | system bytes     = {number}
 * | in use bytes     = {number}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#define BLOCKS 200

static void add_up(const struct mallinfo2 *info)
{
	CHECK_EQUAL(info->arena, info->uordblks + info->fordblks);
	CHECK(info->keepcost <= info->fordblks);
	CHECK_EQUAL(info->hblks + info->hblkhd + info->usmblks + info->fsmblks, 0);
}

/* Blocks of one size are in use until they are freed. */
static void follows(size_t size)
{
	static void *blocks[BLOCKS];
	struct mallinfo2 before = mallinfo2(), with, after;
	uint64_t live = thread_stats().live_bytes, taken;

	add_up(&before);
	CHECK(before.uordblks >= get_stats().live_bytes); /* and what jemalloc keeps of threads */
	for (size_t i = 0; i < BLOCKS; i++)
		blocks[i] = malloc(size);
	with = mallinfo2();
	taken = thread_stats().live_bytes - live;
	add_up(&with);
	CHECK_EQUAL(with.uordblks - before.uordblks, taken);
	CHECK(taken >= BLOCKS * size);
	for (size_t i = 0; i < BLOCKS; i++)
		free(blocks[i]);
	after = mallinfo2();
	add_up(&after);
	CHECK_EQUAL(after.uordblks, before.uordblks);
}

static void trims(void)
{
	struct mallinfo2 before, after;
	char *block = malloc(3 << 20);

	CHECK(block != NULL);
	memset(block, 1, 3 << 20);
	free(block);
	before = mallinfo2();
	CHECK(before.keepcost >= 3 << 20);
	CHECK_EQUAL(malloc_trim(0), 1);
	after = mallinfo2();
	CHECK_EQUAL(after.keepcost, 0);
	CHECK_EQUAL(after.uordblks, before.uordblks);
	CHECK_EQUAL(malloc_trim(0), 0);
}

static void writes(void)
{
	static char text[1024], expected[64];
	static char buffer[BUFSIZ];
	FILE *stream;

	phaselock_permit_begin();
	stream = fmemopen(text, sizeof(text) - 1, "w");
	phaselock_permit_end();
	CHECK(stream != NULL);
	CHECK(setvbuf(stream, buffer, _IOFBF, sizeof(buffer)) == 0);
	CHECK_EQUAL(malloc_info(1, stream), EINVAL);
	CHECK_EQUAL(malloc_info(0, stream), 0);
	CHECK(fflush(stream) == 0);
	snprintf(expected, sizeof(expected), "<system type=\"current\" size=\"%zu\"/>",
		 mallinfo2().arena);
	CHECK(strncmp(text, "<malloc version=\"1\">\n<heap nr=\"0\">\n", 35) == 0);
	CHECK(strstr(text, expected) != NULL);
	CHECK(strcmp(text + strlen(text) - 10, "</malloc>\n") == 0);
}

int main(void)
{
	struct phaselock_stats before;
	struct mallinfo2 info;

	require_armed();
	follows(10);
	follows(1000);
	follows(20000);
	follows(100000);
	trims();
	free(opaque(malloc(1)));
	lock_allocations();
	before = get_stats();
	info = mallinfo2();
	add_up(&info);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	CHECK_EQUAL(mallinfo().uordblks, info.uordblks);
#pragma GCC diagnostic pop
	CHECK_EQUAL(mallopt(M_MMAP_THRESHOLD, 4096), 0);
	malloc_trim(0);
	malloc_stats();
	writes();
	CHECK_EQUAL(get_stats().locked_attempts, before.locked_attempts);
	unlock_allocations();
	return 0;
}
