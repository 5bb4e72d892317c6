/* SPDX-License-Identifier: MIT */
/*
 * The program's own frames have the name of its file, and its build-id stands below, even where
 * /proc is not mounted and where the dynamic linker was started with the program as an argument.
 * The program is called by a full path, a relative one or PATH, or is the interpreter of a script,
 * which is not named.
 *
 * shows: PL-656
 * needs: root gcc
 * exit: SIGABRT
 * run: sh -c 'gcc -O1 -fno-builtin -I{source}/include
 *     {source}/tests/behaviour/program_without_proc.c -o program
 *     -Wl,--build-id=0x0123456789 -L{build} -Wl,-rpath,{build} -lphaselock && printf
 *     "#!{tmp}/program\n" >script &&
 *     chmod +x script && export PATH=.:$PATH && exec ./program {how} {name}'
 * each: how away stay
 * each: name program ./program {tmp}/program ./script
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "{any}", 1st time at this site
 * |     #0 {any}({tmp}/program+{hex})
 * | {lines}
 * |   build-id 0123456789 {tmp}/program
 * | {lines}
 * run: sh -c 'gcc -O1 -fno-builtin -I{source}/include
 *     {source}/tests/behaviour/program_without_proc.c -o program
 *     -Wl,--build-id=0x0123456789 -L{build} -Wl,-rpath,{build} -lphaselock && exec ./program {how}
 *     {linker} {name}'
 * each: how away stay
 * each: linker /lib64/ld-linux-x86-64.so.2 "/lib64/ld-linux-x86-64.so.2 --argv0 other"
 * each: name ./program {tmp}/program
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "{any}", 1st time at this site
 * |     #0 {any}({tmp}/program+{hex})
 * | {lines}
 * |   build-id 0123456789 {tmp}/program
 * | {lines}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>

int main(int argc, char **argv)
{
	const char *how = argc > 2 ? argv[1] : "";

	if (strcmp(how, "away") == 0) {
		CHECK_EQUAL(unshare(CLONE_NEWNS), 0);
		CHECK_EQUAL(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
		CHECK_EQUAL(mount("none", "/proc", "tmpfs", 0, NULL), 0);
	}
	if (argc > 2) {
		execvp(argv[2], argv + 2);
		return 3;
	}
	require_armed();
	CHECK_EQUAL(chdir("/"), 0);
	lock_allocations();
	free(opaque(malloc(48)));
	return 0;
}
