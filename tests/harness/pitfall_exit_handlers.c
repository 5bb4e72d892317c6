/* SPDX-License-Identifier: MIT */
/*
 * Pitfall: a test program that ends while the heap is locked is judged while exit handlers run,
 * and those allocate: the program's own, and gcc's coverage run-time, which writes its files then.
 * Every test has passed, and the program ends by SIGABRT. Cure: unlock before main() returns; or
 * assert instead of locking, since an assertion ends with its block.
 *
 * shows: PL-359
 *
 * run: {self} locked
 * exit: SIGABRT
 * stdout:
 * | all tests have passed
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * | {lines}
 * | phaselock: aborting (policy=abort)
 *
 * run: {self} unlocked
 * exit: 0
 * stdout:
 * | all tests have passed
 *
 * run: sh -c 'gcc --coverage -DNO_HANDLER -I{source}/include
 *     {source}/tests/harness/pitfall_exit_handlers.c
 *     -o covered -L{build} -Wl,-rpath,{build} -lphaselock && exec ./covered locked'
 * needs: gcc
 * exit: SIGABRT
 * stdout:
 * | all tests have passed
 * stderr:
 * | phaselock: violation: {any} while allocations are locked
 * | {lines}
 * | phaselock: aborting (policy=abort)
 *
 * run: sh -c 'gcc --coverage -DNO_HANDLER -I{source}/include
 *     {source}/tests/harness/pitfall_exit_handlers.c
 *     -o covered -L{build} -Wl,-rpath,{build} -lphaselock && ./covered unlocked && ls *.gcda'
 * needs: gcc
 * exit: 0
 * stdout:
 * | all tests have passed
 * | {any}.gcda
 */
#include <phaselock/phaselock.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *volatile sink;

static void clean_up(void)
{
	sink = malloc(10);
	free(sink);
}

int main(int argc, char **argv)
{
	if (phaselock_armed() != PHASELOCK_ENTRY_ALL)
		return 2;
#ifndef NO_HANDLER
	atexit(clean_up);
#else
	clean_up();
#endif
	puts("all tests have passed");
	fflush(stdout);
	lock_allocations();
	if (argc > 1 && strcmp(argv[1], "unlocked") == 0)
		unlock_allocations();
	return 0;
}
