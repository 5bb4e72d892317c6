/* SPDX-License-Identifier: MIT */
/*
 * phaselock_armed() names exactly the entry points whose calls come to the library: all of them
 * when it is linked or preloaded; none that belongs to an allocator in front of it, nor one that
 * valgrind replaces. The call counts nothing, is no violation, and keeps errno, also while locked,
 * in a forbid scope, and as a thread's first act.
 *
 * shows: PL-001 PL-062
 * libc: glibc musl
 * run: {self}
 * exit: 0
 * stdout:
 * | all
 * run: sh -c 'LD_PRELOAD={build}/libphaselock.so exec {self}'
 * backend: jemalloc system
 * exit: 0
 * stdout:
 * | all
 * run: sh -c 'LD_PRELOAD=libjemalloc.so.2 exec {self}'
 * backend: jemalloc system
 * exit: 0
 * stdout:
 * | missing: malloc
 * | missing: calloc
 * | missing: realloc
 * | missing: reallocarray
 * | missing: free
 * | missing: cfree
 * | missing: posix_memalign
 * | missing: aligned_alloc
 * | missing: memalign
 * | missing: valloc
 * | missing: pvalloc
 * | missing: malloc_usable_size
 * | missing: free_sized
 * | missing: free_aligned_sized
 * | missing: new
 * | missing: new_aligned
 * | missing: delete
 * | missing: delete_aligned
 * stderr:
 * | phaselock: not armed: malloc, calloc, realloc, reallocarray, free, cfree, posix_memalign, aligned_alloc, memalign, valloc, pvalloc, malloc_usable_size, free_sized, free_aligned_sized, operator new, operator new with alignment, operator delete, operator delete with alignment go to another allocator
 * run: sh -c 'LD_PRELOAD={build}/libphaselock.so:libjemalloc.so.2 exec {self}'
 * backend: jemalloc system
 * exit: 0
 * stdout:
 * | all
 * run: valgrind -q {self}
 * needs: valgrind
 * backend: jemalloc system
 * exit: 0
 * stdout:
 * | missing: malloc
 * | {lines}
 * stderr:
 * | phaselock: not armed: malloc, {any} go to another allocator
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

static const char *const names[] = {
	"malloc",
	"calloc",
	"realloc",
	"reallocarray",
	"free",
	"cfree",
	"posix_memalign",
	"aligned_alloc",
	"memalign",
	"valloc",
	"pvalloc",
	"malloc_usable_size",
	"free_sized",
	"free_aligned_sized",
	"new",
	"new_aligned",
	"delete",
	"delete_aligned",
};

static pthread_barrier_t locked;
static unsigned in_thread;

static void *first_act(void *unused)
{
	pthread_barrier_wait(&locked);
	phaselock_forbid_begin();
	in_thread = phaselock_armed();
	phaselock_forbid_end();
	return unused;
}

/* Without stdio, which allocates. */
static void print(unsigned armed)
{
	char line[64] = "all\n";

	if (armed == PHASELOCK_ENTRY_ALL)
		CHECK(write(STDOUT_FILENO, line, strlen(line)) > 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((armed & 1u << i) != 0)
			continue;
		snprintf(line, sizeof(line), "missing: %s\n", names[i]);
		CHECK(write(STDOUT_FILENO, line, strlen(line)) > 0);
	}
}

int main(void)
{
	struct phaselock_stats begin, did;
	pthread_t thread;
	unsigned armed;

	_Static_assert(sizeof(names) / sizeof(names[0]) == 18,
		       "one name for each PHASELOCK_ENTRY_*");
	pthread_barrier_init(&locked, NULL, 2);
	CHECK_EQUAL(pthread_create(&thread, NULL, first_act, NULL), 0);
	begin = get_stats();
	errno = ERANGE;
	armed = phaselock_armed();
	lock_allocations();
	CHECK_EQUAL(phaselock_armed(), armed);
	CHECK_EQUAL(errno, ERANGE);
	pthread_barrier_wait(&locked);
	pthread_join(thread, NULL);
	CHECK_EQUAL(in_thread, armed);
	if (armed == PHASELOCK_ENTRY_ALL) {
		did = get_stats();
		did = phaselock_stats_delta(&begin, &did);
		CHECK_EQUAL(did.allocations + did.deallocations + did.reallocations +
				    did.locked_attempts,
			    0);
		CHECK_EQUAL(did.bytes_requested + did.bytes_allocated + did.permitted_attempts, 0);
	}
	print(armed);
	return 0;
}
