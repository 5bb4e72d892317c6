/* SPDX-License-Identifier: MIT */
/*
 * The library's message at its start is right under a sanitizer too, which has an allocator of its
 * own. It says nothing about requests that the library hears of (AddressSanitizer), and names those
 * that it does not hear of: ThreadSanitizer has no hook in the aligned functions, LeakSanitizer
 * none in realloc. It agrees with phaselock_armed().
 *
 * shows: PL-140 PL-062
 * needs: gcc
 * environment: PHASELOCK_OPTIONS=policy=allow:max_reports=0
 * exit: 0
 * run: sh -c 'gcc -fno-builtin -fsanitize={sanitizer} -I{source}/include
 *     {source}/tests/behaviour/sanitizer_at_start.c -o program -L{build} -Wl,-rpath,{build}
 *     -lphaselock
 *     && exec ./program all'
 * each: sanitizer address undefined
 * stderr:
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: sh -c 'gcc -fno-builtin -fsanitize={sanitizer} -I{source}/include
 *     {source}/tests/behaviour/sanitizer_at_start.c -o program -L{build} -Wl,-rpath,{build}
 *     -lphaselock
 *     && exec ./program some'
 * each: sanitizer=missing "thread=posix_memalign, aligned_alloc, memalign, valloc, pvalloc"
 *     "leak=realloc, reallocarray"
 * stderr:
 * | phaselock: not armed: {missing} go to another allocator
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 */
#include "behaviour.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
	CHECK(argc == 2);
	CHECK_EQUAL(phaselock_armed() == PHASELOCK_ENTRY_ALL, strcmp(argv[1], "all") == 0);
	CHECK((phaselock_armed() & PHASELOCK_ENTRY_MALLOC) != 0);
	lock_allocations();
	free(opaque(malloc(48)));
	unlock_allocations();
	return 0;
}
