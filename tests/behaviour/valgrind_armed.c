/* SPDX-License-Identifier: MIT */
/*
 * The tools of valgrind that watch the heap replace any malloc by one of their own. Then the
 * library is not armed and says so. If the tool is told to leave malloc alone, every entry point
 * comes to the library, and a violation is found, while the tool does the rest of its work. Tools
 * that do not watch the heap need no flag.
 *
 * shows: PL-062 PL-114 PL-116
 * needs: valgrind
 * run: valgrind -q --tool={TOOL} --log-file={tmp}/log {OUT} {self}
 * each: TOOL=OUT "memcheck=--leak-check=no" "helgrind=--sigill-diagnostics=no"
 *     "drd=--sigill-diagnostics=no" "dhat=--dhat-out-file=out" "massif=--massif-out-file=out"
 * exit: 70
 * stderr:
 * | phaselock: not armed: malloc, {any} to another allocator
 * | not armed: malloc is not ours
 * run: valgrind -q --tool={TOOL} --log-file={tmp}/log --soname-synonyms=somalloc=nouserintercepts
 *     {OUT} {self}
 * each: TOOL=OUT "memcheck=--leak-check=no" "helgrind=--sigill-diagnostics=no"
 *     "drd=--sigill-diagnostics=no" "dhat=--dhat-out-file=out" "massif=--massif-out-file=out"
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "{any}", 1st time at this site
 * |     #0 {any}/valgrind_armed+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: valgrind -q --tool={TOOL} --log-file={tmp}/log {OUT} {self}
 * each: TOOL=OUT "callgrind=--callgrind-out-file=out" "none=--sigill-diagnostics=no"
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "{any}", 1st time at this site
 * |     #0 {any}/valgrind_armed+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: valgrind -q --log-file={tmp}/log --trace-children=yes env LD_PRELOAD={build}/libphaselock.so
 *     PHASELOCK_OPTIONS=lock_signal=USR1 /bin/true
 * exit: 0
 * stderr:
 * | phaselock: not armed: malloc, {any} to another allocator
 */
#include "behaviour.h"

#include <stdlib.h>

int main(void)
{
	unsigned armed = phaselock_armed();

	if ((armed & PHASELOCK_ENTRY_MALLOC) == 0) {
		CHECK((armed & PHASELOCK_ENTRY_FREE) == 0);
		CHECK_EQUAL(phaselock_heard(), 0);
		say("not armed: malloc is not ours\n");
		return NOT_ARMED;
	}
	require_armed();
	lock_allocations();
	return opaque(malloc(48)) == NULL;
}
