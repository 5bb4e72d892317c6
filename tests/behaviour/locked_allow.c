/* SPDX-License-Identifier: MIT */
/*
 * Under policy=allow every allocating function returns a real block while allocations are locked.
 * The request is counted as what it is and as a violation, and the closing table lists it.
 *
 * shows: PL-011 PL-031 PL-039 PL-050
 * libc: glibc musl
 * each: function=report malloc=malloc calloc=calloc realloc_null=realloc realloc=realloc
 *     reallocarray_null=reallocarray reallocarray=reallocarray posix_memalign=posix_memalign
 *     aligned_alloc=aligned_alloc memalign=memalign valloc=valloc pvalloc=pvalloc "new=operator
 *     new" "new_array=operator new[]" "new_nothrow=operator new" "new_array_nothrow=operator
 *     new[]" "new_aligned=operator new" "new_array_aligned=operator new[]"
 *     "new_aligned_nothrow=operator new" "new_array_aligned_nothrow=operator new[]"
 * run: {self} {function}
 * environment: PHASELOCK_OPTIONS=policy=allow
 * exit: 0
 * stderr:
 * | phaselock: violation: {report}({any}) while allocations are locked
 * |   thread {number} "locked_allow", 1st time at this site
 * |     #0 call_{function}+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: allowed (policy=allow)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x {report}  call_{function}+{hex} ({any}+{hex}) < {any}
 */
#define _GNU_SOURCE
#include "family.h"

int main(int argc, char **argv)
{
	const struct family_member *member;
	struct phaselock_stats begin, did;
	size_t usable, usable_before;
	char *block;
	void *old;

	require_armed();
	member = family_find(argc > 1 ? argv[1] : NULL);
	old = member->takes_old ? family_old_block() : NULL;
	usable_before = malloc_usable_size(old);
	lock_allocations();
	begin = thread_stats();
	block = member->call(old);
	did = thread_stats_since(&begin);

	CHECK(block != NULL);
	usable = malloc_usable_size(block);
	CHECK(usable >= member->bytes);
	CHECK_EQUAL((uintptr_t)block % member->alignment, 0);
	CHECK(!member->takes_old || is_filled(block, FAMILY_OLD_BYTE, FAMILY_OLD_SIZE));
	memset(block, 1, usable);

	CHECK_EQUAL(did.allocations, member->takes_old ? 0 : 1);
	CHECK_EQUAL(did.reallocations, member->takes_old ? 1 : 0);
	CHECK_EQUAL(did.bytes_requested, member->bytes);
	CHECK_EQUAL(did.bytes_allocated, usable);
	CHECK_EQUAL(did.bytes_deallocated, usable_before);
	CHECK_EQUAL(did.bytes_reallocated, member->takes_old ? usable - usable_before : 0);
	CHECK_EQUAL(did.live_allocations, begin.live_allocations + (member->takes_old ? 0 : 1));
	CHECK_EQUAL(did.locked_attempts, 1);
	CHECK_EQUAL(did.failed_allocations + did.permitted_attempts + did.deallocations, 0);

	member->release(block);
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.deallocations, 1);
	CHECK_EQUAL(did.locked_deallocations, 1);
	CHECK_EQUAL(did.locked_attempts, 1);
	CHECK_EQUAL(did.bytes_deallocated, usable + usable_before);
	return 0;
}
