/* SPDX-License-Identifier: MIT */
/*
 * With free=forbid every deallocating function is a violation while allocations are locked: under
 * deny the block stays allocated and usable, under allow it is freed, under abort the process ends.
 * While unlocked, nothing is forbidden.
 *
 * shows: PL-005 PL-017 PL-030 PL-031 PL-032
 * libc: glibc musl
 * each: function=report free=free cfree=cfree free_sized=free_sized
 *     free_aligned_sized=free_aligned_sized realloc=realloc reallocarray=reallocarray
 *     "delete=operator delete" "delete_array=operator delete[]" "delete_sized=operator delete"
 *     "delete_array_sized=operator delete[]" "delete_nothrow=operator delete"
 *     "delete_array_nothrow=operator delete[]" "delete_aligned=operator delete"
 *     "delete_array_aligned=operator delete[]" "delete_sized_aligned=operator delete"
 *     "delete_array_sized_aligned=operator delete[]" "delete_aligned_nothrow=operator delete"
 *     "delete_array_aligned_nothrow=operator delete[]"
 * run: {self} {function} denied
 * environment: PHASELOCK_OPTIONS=policy=deny:free=forbid
 * exit: 0
 * stderr:
 * | phaselock: violation: {report}({hex}) while allocations are locked
 * |   thread {number} "locked_free_for", 1st time at this site
 * |     #0 by_{function}+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x {report}  by_{function}+{hex} ({any}+{hex}) < {any}
 * run: {self} {function} allowed
 * environment: PHASELOCK_OPTIONS=policy=allow:free=forbid
 * exit: 0
 * stderr:
 * | phaselock: violation: {report}({hex}) while allocations are locked
 * |   thread {number} "locked_free_for", 1st time at this site
 * |     #0 by_{function}+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: allowed (policy=allow)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x {report}  by_{function}+{hex} ({any}+{hex}) < {any}
 * run: {self} {function} aborted
 * environment: PHASELOCK_OPTIONS=free=forbid
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: {report}({hex}) while allocations are locked
 * |   thread {number} "locked_free_for", 1st time at this site
 * |     #0 by_{function}+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 */
#define _GNU_SOURCE
#include "release.h"

int main(int argc, char **argv)
{
	struct phaselock_stats begin, did;
	const struct release *release;
	void *other, *block;
	bool denied;

	require_armed();
	release = release_find(argc > 2 ? argv[1] : NULL);
	denied = strcmp(argv[2], "denied") == 0;
	other = release_block();
	block = release_block();
	release->call(other);
	lock_allocations();
	begin = thread_stats();
	release->call(NULL);
	release->call(block);
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.locked_attempts, 1);
	CHECK_EQUAL(did.deallocations, denied ? 0 : 1);
	CHECK_EQUAL(did.locked_deallocations, denied ? 0 : 1);
	unlock_allocations();
	if (denied) {
		CHECK(is_filled(block, 7, RELEASE_SIZE));
		free(block);
		CHECK_EQUAL(thread_stats_since(&begin).deallocations, 1);
	}
	return 0;
}
