/* SPDX-License-Identifier: MIT */
/*
 * A denied throwing operator new in a program without a C++ library never returns NULL: nobody
 * could catch an exception, so the process ends by SIGABRT.
 *
 * shows: PL-007
 * libc: glibc musl
 * each: form new new_array new_aligned new_array_aligned
 * run: {self} {form}
 * environment: PHASELOCK_OPTIONS=policy=deny
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: operator new{any} while allocations are locked
 * |   thread {number} "throwing_new_wi", 1st time at this site
 * |     #0 call_{form}+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: operator new has failed and there is no C++ library to throw std::bad_alloc; aborting
 */
#define _GNU_SOURCE
#include "family.h"

int main(int argc, char **argv)
{
	const struct family_member *member;

	require_armed();
	member = family_find(argc > 1 ? argv[1] : NULL);
	lock_allocations();
	member->call(NULL);
	say("a throwing operator new returned\n");
	return 1;
}
