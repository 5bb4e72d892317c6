/* SPDX-License-Identifier: MIT */
/*
 * A program that runs with more rights than its user (AT_SECURE: here setuid root, run by another
 * user) obeys nothing that this user put into the environment: no option, no page of `phaselock
 * run`, no MALLOC_CONF. It is guarded with the defaults, whether linked with the shared library or
 * the static one, and no file is made.
 *
 * shows: PL-144
 * needs: root setpriv gcc
 * environment:
 *     PHASELOCK_OPTIONS=policy=allow:report={tmp}/reports:stats=1:help=1:unknown=1:symbolize=/no
 * environment: PHASELOCK_RUN_CHANNEL={tmp}/page
 * environment: MALLOC_CONF=stats_print:true
 * each: library "-L. -l:libphaselock.a -lm" "-L. -lphaselock -Wl,-rpath,$PWD"
 * run: sh -c 'chmod 777 . && cp {build}/libphaselock.so {build}/libphaselock.a . && ln -s
 *     libphaselock.so libphaselock.so.0 &&
 *     gcc -fno-builtin -I{source}/include {source}/tests/behaviour/options_of_other_rights.c
 *     -o tool {library} -pthread && chmod 4755 tool &&
 *     setpriv --reuid=65534 --regid=65534 --clear-groups ./tool; echo $?; ls'
 * exit: 0
 * stdout:
 * | AT_SECURE
 * | 134
 * | libphaselock.a
 * | libphaselock.so
 * | libphaselock.so.0
 * | tool
 * stderr:
 * | phaselock: violation: malloc(48) while allocations are locked
 * |   thread {number} "tool", 1st time at this site
 * | {details}
 * | phaselock: aborting (policy=abort)
 * | Aborted
 */
#include "behaviour.h"

#include <stdlib.h>
#include <sys/auxv.h>

int main(void)
{
	require_armed();
	CHECK(getauxval(AT_SECURE) == 1);
	CHECK_EQUAL(write(STDOUT_FILENO, "AT_SECURE\n", 10), 10);
	lock_allocations();
	free(opaque(malloc(48)));
	return 0;
}
