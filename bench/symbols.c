/* SPDX-License-Identifier: MIT */
/*
 * Prints what a violation at a new site costs in a program with 10^5 exported functions and 10^5
 * others; half of them stand before the called ones. For call stacks of each depth it prints the
 * nanoseconds of a new site under policy=allow, including the report.
 *
 * The time is CPU time, so that other work of the machine only adds noise.
 */
#define _GNU_SOURCE
#include <phaselock/phaselock.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SITES 250 /* for each depth; a process has 1024 */

#define FUNCTIONS(first, count)                                                                    \
	__asm__(".altmacro\n"                                                                      \
		".macro function number\n"                                                         \
		".globl exported_\\number\n"                                                       \
		".type exported_\\number, @function\n"                                             \
		"exported_\\number: .byte 0\n"                                                     \
		".size exported_\\number, 1\n"                                                     \
		".type own_\\number, @function\n"                                                  \
		"own_\\number: .byte 0\n"                                                          \
		".size own_\\number, 1\n"                                                          \
		".endm\n"                                                                          \
		".text\n"                                                                          \
		".set at, " #first "\n"                                                            \
		".rept " #count "\n"                                                               \
		"function %at\n"                                                                   \
		".set at, at + 1\n"                                                                \
		".endr\n"                                                                          \
		".purgem function\n"                                                               \
		".noaltmacro\n")

FUNCTIONS(0, 50000);

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

#define BRANCHES 10

/* Makes a violation below `depth` calls, whose places depend on the bits of path. */
static __attribute__((noinline)) void branch(unsigned path, int depth)
{
	if (depth == 0) {
		void *volatile block = malloc(64);

		free(block);
		return;
	}
	/* Two calls in two places, which the compiler cannot merge. */
	if ((path >> (depth - 1) & 1) != 0) {
		branch(path, depth - 1);
		__asm__ volatile("" : : "i"(1));
	} else {
		branch(path, depth - 1);
		__asm__ volatile("" : : "i"(0));
	}
}

FUNCTIONS(50000, 50000);

/* Returns the mean time of SITES new sites, the first of them `first`, below `depth` calls. */
static __attribute__((noinline)) double new_site(unsigned first, int depth)
{
	volatile double spent;

	if (depth > BRANCHES) {
		spent = new_site(first, depth - 1); /* volatile: prevents a tail call */
		return spent;
	}
	spent = -now_ns();
	for (unsigned path = first; path < first + SITES; path++)
		branch(path, BRANCHES);
	return (spent + now_ns()) / SITES;
}

int main(void)
{
	static const int depths[] = {10, 100, 10000};
	double spent[3];

	lock_allocations();
	branch(1023, BRANCHES); /* pays for what is done only once */
	for (unsigned i = 0; i < 3; i++)
		spent[i] = new_site(i * SITES, depths[i]);
	unlock_allocations();
	printf("%.1f %.1f %.1f\n", spent[0], spent[1], spent[2]);
	return 0;
}
