/* SPDX-License-Identifier: MIT */
/*
 * With 52 MiB of address space a program of one thread gets blocks of up to 12 MiB, one at a time,
 * in any order of sizes and however often: before a request fails, the allocator gives back what it
 * kept of freed blocks. This holds in a locked phase too, in which frees give nothing back. A
 * request that can never be served fails, and the next one is served. (glibc's own heap fails at
 * some of these orders.)
 *
 * shows: PL-606
 * backend: jemalloc
 * run: {self} {PHASE}
 * each: PHASE init locked
 * exit: 0
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/resource.h>

#define MIB ((size_t)1 << 20)
#define LIMIT (52 * MIB)
#define TIMES 60

static uint64_t state = 88172645463325252u;

static size_t random_below(size_t limit)
{
	state ^= state << 13; /* xorshift64 (Marsaglia) */
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state % limit);
}

static size_t same(size_t i)
{
	(void)i;
	return 8 * MIB;
}

static size_t rising(size_t i)
{
	return (i % 12 + 1) * MIB;
}

static size_t falling(size_t i)
{
	return 12 * MIB - i * 150000;
}

static size_t creeping(size_t i)
{
	return 8 * MIB + i * 65536;
}

static size_t random_size(size_t i)
{
	(void)i;
	return 1 + random_below(12 * MIB);
}

static size_t (*const orders[])(size_t) = {same, rising, falling, creeping, random_size};

static void *take(size_t function, size_t size)
{
	switch (function) {
	case 0:
		return malloc(size);
	case 1:
		return calloc(1, size);
	case 2:
		return memalign(4096, size);
	default:
		return realloc(malloc(100), size);
	}
}

int main(int argc, char **argv)
{
	struct rlimit limit = {LIMIT, LIMIT};

	require_armed();
	CHECK(argc == 2);
	if (strcmp(argv[1], "locked") == 0) {
		lock_allocations();
		phaselock_permit_begin();
	}
	CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
	for (size_t order = 0; order < sizeof(orders) / sizeof(orders[0]); order++)
		for (size_t i = 0; i < TIMES; i++) {
			size_t size = orders[order](i);
			char *block = opaque(take(i % 4, size));

			CHECK(block != NULL);
			block[0] = block[size - 1] = 1;
			free(block);
			errno = 0;
			CHECK(opaque(malloc(opaque_size(LIMIT))) == NULL);
			CHECK_EQUAL(errno, ENOMEM);
		}
	return 0;
}
