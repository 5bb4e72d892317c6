/* SPDX-License-Identifier: MIT */
/*
 * jemalloc, tcmalloc or mimalloc is in the same process, linked or preloaded, before the library or
 * after it. Either every request comes to the library, or the library says at its start, in one
 * line, which do not. That line is true: of the whole family, the functions that it names are
 * served while locked, and all others are denied. No block is freed by another allocator than the
 * one that made it.
 *
 * shows: PL-140 PL-141 PL-062
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * each: other libjemalloc.so.2 libtcmalloc_minimal.so.4 libmimalloc.so.2
 * run: sh -c 'LD_PRELOAD={build}/libphaselock.so.0:{other} exec {self} {other} all'
 * stderr:
 * | phaselock: 13 violations at 13 sites, by count:
 * | phaselock:   and 13 sites more (max_reports=0)
 * run: sh -c 'LD_PRELOAD={other}:{build}/libphaselock.so.0 exec {self} {other} some'
 * stderr:
 * | phaselock: not armed: malloc, calloc, realloc, {any} go to another allocator
 * | {lines}
 * run: sh -c 'LD_PRELOAD={other} exec {self} {other} some'
 * stderr:
 * | phaselock: not armed: malloc, calloc, realloc, {any} go to another allocator
 * | {lines}
 * run: sh -c 'gcc -fno-builtin -I{source}/include {source}/tests/behaviour/other_allocators.c
 *     -o program -Wl,--no-as-needed -L{build} -Wl,-rpath,{build} -lphaselock -l:{other} &&
 *     exec ./program {other} all'
 * needs: gcc
 * stderr:
 * | phaselock: 13 violations at 13 sites, by count:
 * | phaselock:   and 13 sites more (max_reports=0)
 * run: sh -c 'gcc -fno-builtin -I{source}/include {source}/tests/behaviour/other_allocators.c
 *     -o program -Wl,--no-as-needed -L{build} -Wl,-rpath,{build} -l:{other} -lphaselock &&
 *     exec ./program {other} some'
 * needs: gcc
 * stderr:
 * | phaselock: not armed: malloc, calloc, realloc, {any} go to another allocator
 * | {lines}
 */
#define _GNU_SOURCE
#include "family.h"
#include "release.h"

#include <dlfcn.h>

/* The entry point that each member calls, in the order of the family. */
static enum phaselock_entry entry_of(const char *name)
{
	static const struct {
		const char *start;
		enum phaselock_entry entry;
	} entries[] = {
		{"malloc", PHASELOCK_ENTRY_MALLOC},
		{"calloc", PHASELOCK_ENTRY_CALLOC},
		{"reallocarray", PHASELOCK_ENTRY_REALLOCARRAY},
		{"realloc", PHASELOCK_ENTRY_REALLOC},
		{"posix_memalign", PHASELOCK_ENTRY_POSIX_MEMALIGN},
		{"aligned_alloc", PHASELOCK_ENTRY_ALIGNED_ALLOC},
		{"memalign", PHASELOCK_ENTRY_MEMALIGN},
		{"valloc", PHASELOCK_ENTRY_VALLOC},
		{"pvalloc", PHASELOCK_ENTRY_PVALLOC},
		{"new_aligned", PHASELOCK_ENTRY_NEW_ALIGNED},
		{"new_array_aligned", PHASELOCK_ENTRY_NEW_ALIGNED},
		{"new", PHASELOCK_ENTRY_NEW},
	};

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
		if (strncmp(name, entries[i].start, strlen(entries[i].start)) == 0)
			return entries[i].entry;
	check_failed(__FILE__, __LINE__, "the member has an entry point");
	return PHASELOCK_ENTRY_ALL;
}

/* The throwing forms end a program without the C++ library when they are denied. */
static bool may_be_denied(const char *name)
{
	return strncmp(name, "new", 3) != 0 || strstr(name, "nothrow") != NULL;
}

/*
 * A block of one allocator must not be given back to another: what the one in front does not have
 * goes to it nevertheless.
 */
static void mix(void)
{
	void *block = reallocarray(NULL, 3, 100);

	CHECK(block != NULL);
	free(memset(block, 1, 300));
	block = malloc(10);
	CHECK(block != NULL);
	block = reallocarray(memset(block, 2, 10), 3, 100);
	CHECK(block != NULL && is_filled(block, 2, 10));
	free(block);
	free(opaque(pvalloc(10)));
	by_cfree(malloc(10));
	by_free_sized(malloc(RELEASE_SIZE));
	by_free_aligned_sized(aligned_alloc(RELEASE_ALIGNMENT, RELEASE_SIZE));
}

int main(int argc, char **argv)
{
	unsigned armed = phaselock_armed();
	size_t denied = 0;

	CHECK(argc == 3);
	CHECK(dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) != NULL); /* it is really in front */
	CHECK_EQUAL(armed == PHASELOCK_ENTRY_ALL, strcmp(argv[2], "all") == 0);
	mix();
	lock_allocations();
	for (size_t i = 0; i < sizeof(family) / sizeof(family[0]); i++) {
		const struct family_member *member = &family[i];
		bool ours = (armed & entry_of(member->name)) != 0;

		/* A block made earlier would come from one allocator and go to the other. */
		if (member->takes_old || (ours && !may_be_denied(member->name)))
			continue;
		/* Keep what was served: only its allocator could take it back. */
		CHECK_EQUAL(member->call(NULL) == NULL, ours);
		denied += ours;
	}
	CHECK_EQUAL(get_stats().locked_attempts, denied);
	CHECK(armed != PHASELOCK_ENTRY_ALL || denied == 13);
	return 0;
}
