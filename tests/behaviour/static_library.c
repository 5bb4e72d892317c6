/* SPDX-License-Identifier: MIT */
/*
 * The static library links into a dynamic program and into a static one. Both are armed: a request
 * while locked is found, also one that the C library makes. A static program has no reference to
 * __libc_start_main() that lock=main could replace, and the library says so. Nor can it tell the C
 * library from the program there, so there is no advice.
 *
 * shows: PL-061 PL-083 PL-180 PL-610
 * needs: gcc
 * backend: jemalloc
 * exit: 0
 * stdout:
 * | counted 2
 * run: sh -c 'gcc -O2 -fno-builtin-malloc -I{source}/include {flags}
 *     {source}/tests/behaviour/static_library.c {build}/libphaselock.a -lm -pthread -o program 2>
 *     link.log || cat link.log; exec ./program'
 * each: flags "-rdynamic"
 * environment: PHASELOCK_OPTIONS=policy=deny
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "program", 1st time at this site
 * |     #0 {any}program+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: malloc(7) while allocations are locked
 * |   thread {number} "program", 1st time at this site
 * |     #0 {any}
 * |     #1 {any}
 * | {details}
 * |   advice: strdup allocates at every call; {any}
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 2 violations at 2 sites, by count:
 * | phaselock:   1 x malloc  {any}program+{hex}){any}
 * | phaselock:   1 x malloc  {any} < {any}program+{hex}){any}
 * run: sh -c 'gcc -O2 -fno-builtin-malloc -I{source}/include {flags}
 *     {source}/tests/behaviour/static_library.c {build}/libphaselock.a -lm -pthread -o program 2>
 *     link.log || cat link.log; exec ./program'
 * each: flags "-static" "-static-pie"
 * environment: PHASELOCK_OPTIONS=policy=deny
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "program", 1st time at this site
 * |     #0 {any}program+{hex})
 * | {frames}
 * |   locked {any}
 * | {frames}
 * |   build-id {any}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: malloc(7) while allocations are locked
 * |   thread {number} "program", 1st time at this site
 * |     #0 {any}program+{hex})
 * | {frames}
 * |   locked {any}
 * | {frames}
 * |   build-id {any}
 * | phaselock: denied (policy=deny)
 * | phaselock: 2 violations at 2 sites, by count:
 * | phaselock:   1 x malloc  {any}program+{hex}){any}
 * | phaselock:   1 x malloc  {any}program+{hex}){any}
 * run: sh -c 'gcc -O2 -fno-builtin-malloc -I{source}/include {flags}
 *     {source}/tests/behaviour/static_library.c {build}/libphaselock.a -lm -pthread -o program 2>
 *     link.log || cat link.log; exec ./program'
 * each: flags "-static" "-static-pie"
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:lock=main
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: lock=main: cannot find how this program starts; not locked
 * | phaselock: 2 violations at 2 sites, by count:
 * | phaselock:   and 2 sites more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <stdlib.h>

int main(void)
{
	char line[32];
	int length;

	require_armed();
	lock_allocations();
	CHECK(opaque(malloc(48)) == NULL);
	CHECK(opaque(strdup(opaque("a word"))) == NULL);
	length = snprintf(line, sizeof(line), "counted %llu\n",
			  (unsigned long long)get_stats().locked_attempts);
	CHECK(write(STDOUT_FILENO, line, (size_t)length) == length);
	return 0;
}
