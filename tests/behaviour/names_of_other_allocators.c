/* SPDX-License-Identifier: MIT */
/*
 * A program also calls another allocator by names other than malloc and its family. Every entry
 * point is the library's, and yet it does not see those requests. So phaselock_unseen_modules() and
 * the end of the program name the program, however its references are bound, and a run under the
 * command does not pass, and says what helps. A weak reference that leads nowhere is no request.
 *
 * shows: PL-585
 * needs: gcc
 * backend: jemalloc
 * each: BIND now lazy
 * each: OTHER=TAKE=GIVE libjemalloc.so.2=mallocx=dallocx libtcmalloc_minimal.so.4=tc_malloc=tc_free
 *     libmimalloc.so.2=mi_malloc_aligned=mi_free
 * run: sh -c 'gcc -fno-builtin -DTAKE={TAKE} -DGIVE={GIVE} -I{source}/include
 *     {source}/tests/behaviour/names_of_other_allocators.c -o program -Wl,-z,{BIND}
 *     -Wl,--no-as-needed
 *     -L{build} -Wl,-rpath,{build} -lphaselock -l:{OTHER} && exec ./program {OTHER} {TAKE}'
 * exit: 0
 * stdout:
 * | 1 unseen
 * stderr:
 * | phaselock: program calls {OTHER}'s {any}, not phaselock's: its requests by such names are not seen
 * run: sh -c 'gcc -fno-builtin -DTAKE={TAKE} -DGIVE={GIVE} -I{source}/include
 *     {source}/tests/behaviour/names_of_other_allocators.c -o program -Wl,-z,{BIND}
 *     -Wl,--no-as-needed
 *     -l:{OTHER} && exec {build}/phaselock run --allocator={ALLOCATOR} ./program {OTHER} {TAKE}'
 * each: ALLOCATOR=CURE "system=to see" "jemalloc=run it with --allocator=system: over jemalloc,
 *     blocks that pass"
 * exit: 125
 * stdout:
 * | 1 unseen
 * stderr:
 * | phaselock: program calls {OTHER}'s {any}, not phaselock's: its requests by such names are not seen
 * | phaselock run: not armed: program calls {OTHER} by names of its own, as {any} (in place of malloc, free)
 * | phaselock run: {CURE}{any}
 * | {lines}
 * | phaselock run: FAIL: the guard was not armed
 * run: sh -c 'gcc -fno-builtin -DTAKE={TAKE} -DGIVE={GIVE} -I{source}/include
 *     {source}/tests/behaviour/names_of_other_allocators.c -o program -Wl,-z,{BIND} &&
 *     exec {build}/phaselock run ./program {OTHER}'
 * exit: 0
 * stdout:
 * | 0 unseen
 * stderr:
 * | phaselock run: armed: every entry point comes to the library
 * | {lines}
 * | phaselock run: PASS{any}
 */
#define _GNU_SOURCE
#define PHASELOCK_OPTIONAL
#include <phaselock/phaselock.h>

#include <stdio.h>
#include <string.h>

/* Nothing defines these when the makefile builds the program. */
#ifndef TAKE
#define TAKE nobody_takes
#define GIVE nobody_gives
#endif

/* Not their headers' prototypes: the second argument is an alignment, flags, or unused. */
void *TAKE(size_t size, size_t more) __attribute__((weak));
void GIVE(void *block, int more) __attribute__((weak));

static int check(const char *allocator, const char *function)
{
	struct phaselock_unseen unseen;

	if (phaselock_unseen_modules(&unseen, 1) != 1)
		return 3;
	if (strcmp(unseen.module, "program") != 0 || strcmp(unseen.allocator, allocator) != 0)
		return 4;
	if (strncmp(unseen.function, function, strlen(unseen.function)) != 0 ||
	    unseen.entries != (PHASELOCK_ENTRY_MALLOC | PHASELOCK_ENTRY_FREE))
		return 5;
	return 0;
}

int main(int argc, char **argv)
{
	static char out[100];
	void *volatile block;

	setvbuf(stdout, out, _IOFBF, sizeof(out));
	if (!phaselock_present() || phaselock_armed() != PHASELOCK_ENTRY_ALL)
		return 2;
	printf("%zu unseen\n", phaselock_unseen_modules(NULL, 0));
	lock_allocations();
	if (TAKE != NULL) {
		block = TAKE(100, 4); /* of jemalloc: MALLOCX_LG_ALIGN(4) */
		GIVE(block, 0);
	}
	unlock_allocations();
	if (get_stats().locked_attempts != 0)
		return 7;
	if (TAKE == NULL)
		return argc == 2 ? 0 : 6;
	return argc == 3 ? check(argv[1], argv[2]) : 8;
}
