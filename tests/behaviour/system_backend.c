/* SPDX-License-Identifier: MIT */
/*
 * libphaselock-system.so takes the place of the other library, over glibc's allocator and over each
 * one that is loaded behind it: the allocator's own statistics show the block, the library counts
 * it, and after the lock a request is found. Over the library's own jemalloc (`none`, with the same
 * program) no other allocator is asked.
 *
 * shows: PL-084 PL-085
 * backend: jemalloc
 * environment: PHASELOCK_OPTIONS=policy=deny
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(100000) while allocations are locked
 * |   thread {number} "system_backend", 1st time at this site
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  main+{hex} ({any}+{hex}) < {any}
 * run: {self} none
 * run: {self} glibc
 * environment: LD_LIBRARY_PATH={build}/system
 * run: {self} {allocator}
 * each: allocator=file mimalloc=libmimalloc.so.2 tcmalloc=libtcmalloc_minimal.so.4
 *     jemalloc=libjemalloc.so.2
 * environment: LD_LIBRARY_PATH={build}/system
 * environment: LD_PRELOAD={build}/system/libphaselock.so.0:{file}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdlib.h>

#define SIZE 100000

/* What an allocator says: bytes in use and, if it can tell, the bytes of a block. */

/* The program's mallinfo2() may be the library's. */
static size_t of_glibc(void)
{
	static struct mallinfo2 (*ask)(void);

	if (ask == NULL)
		*(void **)&ask = dlsym(dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD), "mallinfo2");
	return ask().uordblks;
}

static size_t of_tcmalloc(void)
{
	int (*property)(const char *, size_t *);
	size_t value = 0;

	*(void **)&property = dlsym(RTLD_DEFAULT, "MallocExtension_GetNumericProperty");
	CHECK(property != NULL && property("generic.current_allocated_bytes", &value) != 0);
	return value;
}

static size_t of_jemalloc(void)
{
	int (*control)(const char *, void *, size_t *, void *, size_t);
	uint64_t allocated, deallocated;
	size_t size = sizeof(allocated);

	*(void **)&control = dlsym(RTLD_DEFAULT, "mallctl");
	CHECK(control != NULL && control("thread.allocated", &allocated, &size, NULL, 0) == 0 &&
	      control("thread.deallocated", &deallocated, &size, NULL, 0) == 0);
	return allocated - deallocated;
}

static void *awaited; /* the block that mimalloc is asked about */

static size_t of_mimalloc(void)
{
	bool (*is_own)(const void *);

	*(void **)&is_own = dlsym(RTLD_DEFAULT, "mi_is_in_heap_region");
	CHECK(is_own != NULL);
	return awaited != NULL && is_own(awaited) ? SIZE : 0;
}

static const struct {
	const char *name;
	size_t (*in_use)(void);
} allocators[] = {
	{"glibc", of_glibc},
	{"tcmalloc", of_tcmalloc},
	{"jemalloc", of_jemalloc},
	{"mimalloc", of_mimalloc},
};

/* Returns how many bytes a block takes of the named allocator; "none" is glibc's. */
static size_t taken_of(const char *name)
{
	size_t which = 0, before, now;
	void *block;

	for (size_t i = 0; i < sizeof(allocators) / sizeof(allocators[0]); i++)
		which = strcmp(allocators[i].name, name) == 0 ? i : which;
	before = allocators[which].in_use();
	block = opaque(malloc(SIZE));
	CHECK(block != NULL);
	memset(block, 1, SIZE);
	awaited = block;
	now = allocators[which].in_use();
	free(block);
	return now - before;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "none";
	struct phaselock_stats begin, did;

	require_armed();
	free(opaque(malloc(SIZE))); /* leave out what the first request sets up */
	of_glibc();
	begin = thread_stats();
	if (strcmp(name, "none") == 0)
		CHECK_EQUAL(taken_of(name), 0);
	else
		CHECK(taken_of(name) >= SIZE);
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.allocations, 1);
	CHECK_EQUAL(did.deallocations, 1);
	CHECK_EQUAL(did.bytes_requested, SIZE);
	CHECK(did.bytes_allocated >= SIZE);
	CHECK_EQUAL(did.bytes_allocated, did.bytes_deallocated);
	lock_allocations();
	CHECK(opaque(malloc(SIZE)) == NULL);
	CHECK_EQUAL(thread_stats_since(&begin).locked_attempts, 1);
	return 0;
}
