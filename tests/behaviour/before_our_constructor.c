/* SPDX-License-Identifier: MIT */
/*
 * Requests before the library's constructor are served and counted, and a scope holds there too.
 * The program makes them in its .preinit_array, which runs before the constructors of all
 * libraries.
 *
 * shows: PL-020
 * environment: PHASELOCK_OPTIONS=policy=allow
 * exit: 0
 */
#define _GNU_SOURCE
#include "behaviour.h"
#include "cxx_names.h"

#include <malloc.h>
#include <stdlib.h>

static void *blocks[6];
static struct phaselock_stats begin, did;

static void before_constructors(int argc, char **argv, char **environment)
{
	(void)argc;
	(void)argv;
	(void)environment;
	begin = thread_stats();
	blocks[0] = malloc(100);
	blocks[1] = calloc(10, 10);
	blocks[2] = realloc(malloc(10), 1000);
	blocks[3] = aligned_alloc(64, 64);
	blocks[4] = new_plain(100);
	phaselock_permit_begin();
	blocks[5] = malloc(100000);
	phaselock_permit_end();
	free(malloc(10));
	did = thread_stats_since(&begin);
}

__attribute__((section(".preinit_array"),
	       used)) static void (*const entry)(int, char **, char **) = before_constructors;

int main(void)
{
	uint64_t usable = 0;

	require_armed();
	CHECK_EQUAL(did.allocations, 7);
	CHECK_EQUAL(did.reallocations, 1);
	CHECK_EQUAL(did.deallocations, 1);
	CHECK_EQUAL(did.bytes_requested, 100 + 100 + 10 + 1000 + 64 + 100 + 100000 + 10);
	CHECK_EQUAL(did.live_allocations, begin.live_allocations + 6);
	for (size_t i = 0; i < 6; i++) {
		CHECK(blocks[i] != NULL);
		usable += malloc_usable_size(blocks[i]);
		memset(blocks[i], 1, malloc_usable_size(blocks[i]));
	}
	CHECK_EQUAL(did.bytes_allocated - did.bytes_deallocated, usable);
	CHECK(get_stats().allocations >= did.allocations);
	for (size_t i = 0; i < 6; i++)
		free(blocks[i]);
	CHECK_EQUAL(thread_stats_since(&begin).deallocations, 7);
	return 0;
}
