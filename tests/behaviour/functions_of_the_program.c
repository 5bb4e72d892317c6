/* SPDX-License-Identifier: MIT */
/*
 * A report names functions that the program does not export, also static ones, by the symbol table
 * of the program's file: position-independent or not, static or not. A stripped program has offsets
 * only, and so has one that was started through the dynamic linker's name.
 *
 * suppressions= knows such functions too. In a static program the C library is a part of the
 * program: there a request's origin is its innermost frame alone.
 *
 * shows: PL-173 PL-178
 * needs: gcc
 * exit: SIGABRT
 * run: sh -c 'gcc -O2 -fno-builtin -I{source}/include {flags}
 *     {source}/tests/behaviour/functions_of_the_program.c -o program -L{build}
 *     -Wl,-rpath,{build} -lphaselock && exec ./program'
 * each: flags "-pie" "-no-pie"
 * environment: PHASELOCK_OPTIONS=policy=abort
 * stderr:
 * | phaselock: violation: malloc(7) while allocations are locked
 * |   thread {number} "program", 1st time at this site
 * |     #0 {any}strdup+{hex}{any}
 * |     #1 {any}static_helper+{hex}{any}
 * |     #2 {any}other_helper+{hex}{any}
 * |     #3 {any}main+{hex}{any}
 * | {lines}
 * run: sh -c 'gcc -O2 -fno-builtin -I{source}/include {flags}
 *     {source}/tests/behaviour/functions_of_the_program.c -o program {build}/libphaselock.a
 *     -lm -pthread && exec ./program'
 * each: flags "-static" "-static-pie"
 * backend: jemalloc
 * environment: PHASELOCK_OPTIONS=policy=abort
 * stderr:
 * | phaselock: violation: malloc(7) while allocations are locked
 * |   thread {number} "program", 1st time at this site
 * |     #0 {any}strdup+{hex}{any}
 * |     #1 {any}static_helper+{hex}{any}
 * |     #2 {any}other_helper+{hex}{any}
 * |     #3 {any}main+{hex}{any}
 * | {lines}
 * run: sh -c 'gcc -O2 -fno-builtin -I{source}/include {flags}
 *     {source}/tests/behaviour/functions_of_the_program.c -o program -L{build}
 *     -Wl,-rpath,{build} -lphaselock && {how}./program 2>report;
 *     grep -c "#0 .*strdup+0x" report; ! grep "helper" report'
 * each: flags=how "-s=" "-pie=/lib64/ld-linux-x86-64.so.2 "
 * environment: PHASELOCK_OPTIONS=policy=deny
 * exit: 0
 * stdout:
 * | 1
 * run: sh -c 'gcc -O2 -fno-builtin -I{source}/include
 *     {source}/tests/behaviour/functions_of_the_program.c
 *     -o program -L{build} -Wl,-rpath,{build} -lphaselock && echo "{PATTERN}" >supp && exec
 *     ./program'
 * each: PATTERN function:static_helper stack:other_helper module:program
 * environment: PHASELOCK_OPTIONS=suppressions=supp
 * exit: 0
 * stderr:
 * | phaselock: suppressed: 1 request by {PATTERN} (supp:1)
 * run: sh -c 'gcc -O2 -fno-builtin -static -I{source}/include
 *     {source}/tests/behaviour/functions_of_the_program.c -o program {build}/libphaselock.a
 *     -lm -pthread && printf "function:static_helper\n{PATTERN}" >supp && exec ./program'
 * each: PATTERN function:strdup stack:static_helper module:program
 * backend: jemalloc
 * environment: PHASELOCK_OPTIONS=suppressions=supp
 * exit: 0
 * stderr:
 * | phaselock: suppressed: 1 request by {PATTERN} (supp:2)
 * | phaselock: suppressions: supp:1: function:static_helper matched nothing
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <stdlib.h>

static FRAME char *static_helper(void)
{
	char *volatile copy = strdup(opaque("a word"));

	return copy;
}

static FRAME void other_helper(void)
{
	free(opaque(static_helper()));
}

int main(void)
{
	require_armed();
	lock_allocations();
	other_helper();
	unlock_allocations();
	return 0;
}
