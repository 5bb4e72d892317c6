/* SPDX-License-Identifier: MIT */
/*
 * Every allocating function, called while allocations are locked, ends the process after the
 * report: by default, and when policy=abort is given.
 *
 * shows: PL-010 PL-011 PL-030 PL-036
 * libc: glibc musl
 * each: function=report
 *     "malloc=malloc(48)"
 *     "calloc=calloc(48)"
 *     "realloc_null=realloc(48)"
 *     "realloc=realloc({hex}, 48)"
 *     "reallocarray_null=reallocarray(48)"
 *     "reallocarray=reallocarray({hex}, 48)"
 *     "posix_memalign=posix_memalign(48, alignment 64)"
 *     "aligned_alloc=aligned_alloc(48, alignment 64)"
 *     "memalign=memalign(48, alignment 64)"
 *     "valloc=valloc(48, alignment 4096)"
 *     "pvalloc=pvalloc(4096, alignment 4096)"
 *     "new=operator new(48)"
 *     "new_array=operator new[](48)"
 *     "new_nothrow=operator new(48)"
 *     "new_array_nothrow=operator new[](48)"
 *     "new_aligned=operator new(48, alignment 64)"
 *     "new_array_aligned=operator new[](48, alignment 64)"
 *     "new_aligned_nothrow=operator new(48, alignment 64)"
 *     "new_array_aligned_nothrow=operator new[](48, alignment 64)"
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: {report} while allocations are locked
 * |   thread {number} "locked_abort", 1st time at this site
 * |     #0 call_{function}+{hex} ({any}+{hex})
 * |     #1 main+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: {self} {function}
 * run: {self} {function}
 * environment: PHASELOCK_OPTIONS=policy=abort
 */
#define _GNU_SOURCE
#include "family.h"

int main(int argc, char **argv)
{
	const struct family_member *member;
	void *old;

	require_armed();
	member = family_find(argc > 1 ? argv[1] : NULL);
	old = family_old_block();
	lock_allocations();
	return member->call(old) == NULL;
}
