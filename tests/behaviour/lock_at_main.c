/* SPDX-License-Identifier: MIT */
/*
 * lock=main: the program's constructors may allocate, and main() is entered with allocations
 * locked. Arguments, environment and status pass through. lock=never is the default. The same holds
 * for a program with the static library, which may ask for it itself.
 *
 * shows: PL-061 PL-610
 * libc: glibc musl
 * run: {self} locked argument
 * environment: PHASELOCK_OPTIONS=lock=main:policy=deny
 * backend: jemalloc system
 * environment: TRACE=unchanged
 * exit: 7
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "lock_at_main", 1st time at this site
 * |     #0 main+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  main+{hex} ({any}+{hex}) < {any}
 * run: {self} locked argument
 * environment: PHASELOCK_OPTIONS=lock=main
 * backend: jemalloc system
 * environment: TRACE=unchanged
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "lock_at_main", 1st time at this site
 * |     #0 main+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: sh -c 'gcc -O2 -fno-builtin-malloc -I{source}/include {flags}
 *     {source}/tests/behaviour/lock_at_main.c {build}/libphaselock.a -lm -pthread -o lock_at_main
 *     &&
 *     exec ./lock_at_main locked argument'
 * each: flags=options "-pie"=lock=main "-no-pie -Wl,-z,lazy"=lock=main -DASKS=frames=1
 * needs: gcc
 * environment: PHASELOCK_OPTIONS={options}
 * environment: TRACE=unchanged
 * backend: jemalloc
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "lock_at_main", 1st time at this site
 * |     #0 {any}lock_at_main+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 * run: {self} unlocked argument
 * environment: PHASELOCK_OPTIONS=lock=main
 * environment: TRACE=unchanged
 * backend: musl
 * exit: 7
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: lock=main: cannot find how this program starts; not locked
 * run: {self} unlocked argument
 * environment: PHASELOCK_OPTIONS=lock=never
 * environment: TRACE=unchanged
 * exit: 7
 * run: {self} unlocked argument
 * environment: TRACE=unchanged
 * exit: 7
 */
#include "behaviour.h"

#include <stdlib.h>

static enum phaselock_phase phase_of_constructor = PHASELOCK_SEALED;
static void *block_of_constructor;
static unsigned times_asked;

#ifdef ASKS
const char *phaselock_default_options(void)
{
	times_asked++;
	return "lock=main";
}
#endif

__attribute__((constructor)) static void construct(void)
{
	phase_of_constructor = phaselock_get_phase();
	block_of_constructor = malloc(48);
}

int main(int argc, char **argv)
{
	bool locked;

	require_armed();
	CHECK_EQUAL(argc, 3);
	CHECK(strcmp(argv[2], "argument") == 0);
	CHECK(strcmp(getenv("TRACE"), "unchanged") == 0);
	locked = strcmp(argv[1], "locked") == 0;
	CHECK_EQUAL(phase_of_constructor, PHASELOCK_INIT);
	CHECK(block_of_constructor != NULL);
	CHECK(times_asked <= 1);
	CHECK_EQUAL(phaselock_get_phase(), locked ? PHASELOCK_LOCKED : PHASELOCK_INIT);
	CHECK_EQUAL(opaque(malloc(48)) == NULL, locked);
	return 7;
}
