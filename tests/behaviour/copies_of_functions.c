/* SPDX-License-Identifier: MIT */
/*
 * gcc may make a copy of a function for one caller, such as copy_of.constprop.0. suppressions= and
 * phaselock_has_function() know the copy by the function's name in the source, and by its own.
 *
 * shows: PL-581
 * needs: gcc
 * run: sh -c 'gcc -O2 -fno-builtin -I{source}/include
 *     {source}/tests/behaviour/copies_of_functions.c
 *     -o program -L{build} -Wl,-rpath,{build} -lphaselock && echo "{PATTERN}" >supp &&
 *     exec ./program'
 * each: PATTERN function:copy_of stack:copy_of function:copy_of.constprop.0
 * environment: PHASELOCK_OPTIONS=suppressions=supp:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: suppressed: 1 request by {PATTERN} (supp:1)
 * run: sh -c 'gcc -O2 -fno-builtin -I{source}/include
 *     {source}/tests/behaviour/copies_of_functions.c
 *     -o program -L{build} -Wl,-rpath,{build} -lphaselock && exec ./program unsuppressed'
 * environment: PHASELOCK_OPTIONS=policy=allow:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <stdlib.h>

/* Always called with the same: that is what the copy is made for. */
static __attribute__((noinline)) char *copy_of(const char *word)
{
	char *volatile copy = strdup(word);

	return copy;
}

int main(int argc, char **argv)
{
	struct phaselock_violation seen;
	char text[4096];

	(void)argv;
	require_armed();
	lock_allocations();
	free(copy_of("a word"));
	unlock_allocations();
	if (argc == 1)
		return 0;
	CHECK_EQUAL(phaselock_get_violations(&seen, 1), 1);
	phaselock_describe(&seen, text, sizeof(text));
	CHECK(strstr(text, " copy_of.constprop.0+0x") != NULL);
	CHECK(phaselock_has_function(&seen, "copy_of"));
	CHECK(phaselock_has_function(&seen, "copy_of.constprop.0"));
	CHECK(phaselock_has_function(&seen, "strdup") && phaselock_has_function(&seen, "main"));
	CHECK(!phaselock_has_function(&seen, "copy") && !phaselock_has_function(&seen, ""));
	CHECK(!phaselock_has_function(&seen, "copy_of.constprop"));
	CHECK(!phaselock_has_function(&seen, "malloc"));
	return 0;
}
