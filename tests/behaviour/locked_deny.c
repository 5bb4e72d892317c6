/* SPDX-License-Identifier: MIT */
/*
 * Under policy=deny every allocating function of C, and the nothrow forms of operator new, fail
 * while allocations are locked, as libc fails them: with NULL and ENOMEM; posix_memalign() by its
 * result alone (family.h checks that it leaves its argument alone); a reallocation with its old
 * block whole. Only the violation is counted.
 *
 * shows: PL-004 PL-006 PL-007 PL-011 PL-032
 * libc: glibc musl
 * each: function=report malloc=malloc calloc=calloc realloc_null=realloc realloc=realloc
 *     reallocarray_null=reallocarray reallocarray=reallocarray posix_memalign=posix_memalign
 *     aligned_alloc=aligned_alloc memalign=memalign valloc=valloc pvalloc=pvalloc
 *     "new_nothrow=operator new" "new_array_nothrow=operator new[]" "new_aligned_nothrow=operator
 *     new" "new_array_aligned_nothrow=operator new[]"
 * run: {self} {function}
 * environment: PHASELOCK_OPTIONS=policy=deny
 * exit: 0
 * stderr:
 * | phaselock: violation: {report}({any}) while allocations are locked
 * |   thread {number} "locked_deny", 1st time at this site
 * |     #0 call_{function}+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x {report}  call_{function}+{hex} ({any}+{hex}) < {any}
 */
#define _GNU_SOURCE
#include "family.h"

int main(int argc, char **argv)
{
	const struct family_member *member;
	struct phaselock_stats begin, did;
	void *old;
	int error;

	require_armed();
	member = family_find(argc > 1 ? argv[1] : NULL);
	old = family_old_block();
	lock_allocations();
	begin = thread_stats();
	errno = 0;
	CHECK(member->call(old) == NULL);
	error = errno;
	did = thread_stats_since(&begin);

	CHECK_EQUAL(error, ENOMEM);
	CHECK(is_filled(old, FAMILY_OLD_BYTE, FAMILY_OLD_SIZE));
	CHECK_EQUAL(did.locked_attempts, 1);
	CHECK_EQUAL(did.allocations + did.reallocations + did.deallocations +
			    did.failed_allocations,
		    0);
	CHECK_EQUAL(did.bytes_requested + did.bytes_allocated + did.bytes_deallocated, 0);
	CHECK_EQUAL(did.live_allocations, begin.live_allocations);

	unlock_allocations();
	old = realloc(old, 1000);
	CHECK(is_filled(old, FAMILY_OLD_BYTE, FAMILY_OLD_SIZE));
	free(old);
	return 0;
}
