/* SPDX-License-Identifier: MIT */
/*
 * Three threads request blocks of random sizes by every function of the family until the address
 * space is used up, many times over. A failing request returns ENOMEM and changes nothing; blocks
 * stay intact, and can all be freed and requested again; the library's counts equal the program's
 * own.
 *
 * shows: PL-004 PL-006 PL-054 PL-117
 * timeout: 20
 * exit: 0
 */
#define _GNU_SOURCE
#include "behaviour.h"
#include "cxx_names.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>

#define THREADS 3
#define BLOCKS 16384
#define ROOM ((rlim_t)48 << 20)
#define FAILURES 3000 /* until a round ends */
#define ROUNDS 3

static _Thread_local struct block {
	unsigned char *start;
	size_t size;
	unsigned char byte;
} blocks[BLOCKS];
static _Thread_local size_t used;

/* What the program asked for and got, in the terms of struct phaselock_stats. */
static _Thread_local struct {
	uint64_t allocations, reallocations, failed, failed_small, deallocations, bytes;
} books;

static _Thread_local uint64_t state = 88172645463325252u;

static size_t random_below(size_t limit)
{
	state ^= state << 13; /* xorshift64 (Marsaglia) */
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state % limit);
}

/* Mostly small, some of pages, a few of megabytes. */
static size_t random_size(void)
{
	static const size_t limits[] = {64, 1024, 8192, 8193, 65536, 4u << 20};

	return 1 + random_below(limits[random_below(sizeof(limits) / sizeof(limits[0]))]);
}

static void mark(struct block *block)
{
	block->byte = (unsigned char)random_below(256);
	block->start[0] = block->byte;
	block->start[block->size / 2] = block->byte;
	block->start[block->size - 1] = block->byte;
}

static void check_mark(const struct block *block, size_t size)
{
	CHECK(block->start[0] == block->byte);
	if (size > block->size / 2)
		CHECK(block->start[block->size / 2] == block->byte);
	if (size >= block->size)
		CHECK(block->start[block->size - 1] == block->byte);
}

/* Calls the function with that number; sets *small for those that leave by a jump. */
static void *take(size_t function, size_t size, bool *small)
{
	void *block = NULL;
	int error;

	*small = size <= 8192 && (function == 0 || function == 1);
	switch (function) {
	case 0:
		return malloc(size);
	case 1:
		return new_nothrow(size, "");
	case 2:
		return calloc(1, size);
	case 3:
		return realloc(NULL, size);
	case 4:
		return reallocarray(NULL, 1, size);
	case 5:
		return aligned_alloc(64, size);
	case 6:
		return memalign(256, size);
	case 7:
		return valloc(size);
	case 8:
		return new_aligned_nothrow(size, 64, "");
	default:
		error = posix_memalign(&block, 128, size);
		CHECK(error == 0 || error == ENOMEM);
		CHECK((error == 0) == (block != NULL));
		errno = error;
		return block;
	}
}

static bool allocate(void)
{
	struct block *block = &blocks[used];
	bool small;

	block->size = random_size();
	errno = 0;
	block->start = opaque(take(random_below(10), block->size, &small));
	books.allocations++;
	books.bytes += block->size;
	if (block->start == NULL) {
		CHECK_EQUAL(errno, ENOMEM);
		books.failed++;
		books.failed_small += small;
		return false;
	}
	mark(block);
	used++;
	return true;
}

static bool reallocate(void)
{
	struct block *block = &blocks[random_below(used)];
	size_t size = random_size();
	unsigned char *moved;

	errno = 0;
	moved = opaque(realloc(block->start, size));
	books.reallocations++;
	books.bytes += size;
	if (moved == NULL) {
		CHECK_EQUAL(errno, ENOMEM);
		check_mark(block, block->size);
		books.failed++;
		return false;
	}
	block->start = moved;
	check_mark(block, size);
	block->size = size;
	mark(block);
	return true;
}

static void release(size_t i)
{
	check_mark(&blocks[i], blocks[i].size);
	free(blocks[i].start);
	books.deallocations++;
	blocks[i] = blocks[--used];
}

static void fill_and_empty(void)
{
	for (unsigned failures = 0; failures < FAILURES && used < BLOCKS;) {
		size_t what = random_below(8);

		if (what == 0 && used > 0)
			release(random_below(used));
		else
			failures += !(what == 1 && used > 0 ? reallocate() : allocate());
	}
	while (used > 0)
		release(used - 1);
}

static rlim_t address_space(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	CHECK(file != NULL);
	CHECK(fscanf(file, "%lu", &pages) == 1);
	fclose(file);
	return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static pthread_barrier_t ready, limited;

/* A thread's own counts are exact, its first failure included. */
static void *use_up(void *number)
{
	struct phaselock_stats begin, now;

	state += (uintptr_t)number;
	free(opaque(malloc(1))); /* registers the thread */
	begin = thread_stats();
	pthread_barrier_wait(&ready);
	pthread_barrier_wait(&limited);
	for (int round = 0; round < ROUNDS; round++)
		fill_and_empty();
	CHECK(books.failed > books.failed_small);
	CHECK(books.failed_small > 0);
	now = thread_stats_since(&begin);
	CHECK_EQUAL(now.allocations, books.allocations);
	CHECK_EQUAL(now.reallocations, books.reallocations);
	CHECK_EQUAL(now.deallocations, books.deallocations);
	CHECK_EQUAL(now.bytes_requested, books.bytes);
	CHECK_EQUAL(now.failed_allocations, books.failed);
	CHECK_EQUAL(now.live_allocations, begin.live_allocations);
	CHECK_EQUAL(now.live_bytes, begin.live_bytes);
	return NULL;
}

int main(void)
{
	struct rlimit limit;
	pthread_t thread[THREADS];

	require_armed();
	CHECK(pthread_barrier_init(&ready, NULL, THREADS + 1) == 0);
	CHECK(pthread_barrier_init(&limited, NULL, THREADS + 1) == 0);
	for (uintptr_t i = 0; i < THREADS; i++)
		CHECK(pthread_create(&thread[i], NULL, use_up, (void *)i) == 0);
	pthread_barrier_wait(&ready);
	CHECK(getrlimit(RLIMIT_AS, &limit) == 0);
	limit.rlim_cur = address_space() + ROOM;
	CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
	pthread_barrier_wait(&limited);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
	return 0;
}
