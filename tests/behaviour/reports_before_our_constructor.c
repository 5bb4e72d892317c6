/* SPDX-License-Identifier: MIT */
/*
 * A violation before the library's constructor, in the program's .preinit_array, ends the process
 * with a report that has the program's path, so that names can be added later.
 *
 * shows: PL-020 PL-036
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(9) while allocations are locked
 * |   thread {number} "reports_before_", 1st time at this site
 * |     #0 {any}(/{any}/reports_before_our_constructor+{hex})
 * | {details}
 * | phaselock: aborting (policy=abort)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <stdlib.h>

static void before_constructors(int argc, char **argv, char **environment)
{
	(void)argc;
	(void)argv;
	(void)environment;
	lock_allocations();
	free(opaque(malloc(9)));
}

__attribute__((section(".preinit_array"),
	       used)) static void (*const entry)(int, char **, char **) = before_constructors;

int main(void)
{
	return 0;
}
