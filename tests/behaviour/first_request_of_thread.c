/* SPDX-License-Identifier: MIT */
/*
 * The first request of a fresh thread is judged and counted like any other, whichever function
 * makes it: served in the unlocked phase, denied in the locked one. (A denied throwing operator
 * new: first_throwing_new.cc.)
 *
 * shows: PL-010 PL-019
 * libc: glibc musl
 * run: {self} {function} init
 * each: function malloc calloc realloc_null realloc reallocarray_null reallocarray posix_memalign
 *     aligned_alloc memalign valloc pvalloc new new_array new_nothrow new_array_nothrow
 *     new_aligned new_array_aligned new_aligned_nothrow new_array_aligned_nothrow
 * exit: 0
 * run: {self} {function} locked
 * each: function malloc calloc realloc_null realloc reallocarray_null reallocarray posix_memalign
 *     aligned_alloc memalign valloc pvalloc new_nothrow new_array_nothrow new_aligned_nothrow
 *     new_array_aligned_nothrow
 * environment: PHASELOCK_OPTIONS=policy=deny
 * exit: 0
 * stderr:
 * | phaselock: violation: {any} while allocations are locked
 * |   thread {number} "first_request_o", 1st time at this site
 * |     #0 call_{function}+{hex} ({any}+{hex})
 * |     #1 first_request+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x {any} call_{function}+{hex} ({any}+{hex}) < first_request+{hex} ({any}+{hex}) < {any}
 */
#define _GNU_SOURCE
#include "family.h"

#include <pthread.h>

static pthread_barrier_t turn;
static const struct family_member *member;
static bool locked;
static void *old;

void *first_request(void *unused);
FRAME void *first_request(void *unused)
{
	struct phaselock_stats did;
	void *block;
	int error;

	pthread_barrier_wait(&turn); /* main has locked, or not */
	errno = 0;
	block = member->call(old);
	error = errno;
	did = thread_stats();
	CHECK_EQUAL(did.locked_attempts, locked ? 1 : 0);
	CHECK_EQUAL(did.allocations + did.reallocations, locked ? 0 : 1);
	CHECK_EQUAL(did.bytes_requested, locked ? 0 : member->bytes);
	if (locked) {
		CHECK(block == NULL);
		CHECK_EQUAL(error, ENOMEM);
		return unused;
	}
	CHECK(block != NULL);
	CHECK_EQUAL(malloc_usable_size(block), did.bytes_allocated);
	member->release(block);
	CHECK_EQUAL(thread_stats().deallocations, 1);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	require_armed();
	member = family_find(argc > 2 ? argv[1] : NULL);
	locked = strcmp(argv[2], "locked") == 0;
	old = member->takes_old ? family_old_block() : NULL;
	pthread_barrier_init(&turn, NULL, 2);
	CHECK_EQUAL(pthread_create(&thread, NULL, first_request, NULL), 0);
	if (locked)
		lock_allocations();
	pthread_barrier_wait(&turn);
	pthread_join(thread, NULL);
	return 0;
}
