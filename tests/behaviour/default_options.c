/* SPDX-License-Identifier: MIT */
/*
 * A program with options of its own, which whoever starts it cannot change: they are read first, by
 * the shared and the static library, in a program that exports nothing else, by each linker, and by
 * the preloaded library in one that was linked with -rdynamic. What the environment tries is told. One without options, or with NULL, is as ever.
 *
 * shows: PL-595
 * backend: jemalloc
 * needs: gcc ld.gold ld.lld ld.mold
 * environment: PHASELOCK_OPTIONS=suppressions={tmp}/all:policy=allow:report={tmp}/reports
 * each: link bfd gold lld mold archive static preload
 *
 * run: {source}/tests/behaviour/parts/own_options {build} {link} environment=0:max_reports=0
 * exit: 0
 * stdout:
 * | 134
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: not obeyed: phaselock_default_options() has environment=0
 * | phaselock: violation: malloc(48) while allocations are locked
 * | {lines}
 * | phaselock: aborting (policy=abort)
 * | Aborted
 *
 * run: {source}/tests/behaviour/parts/own_options {build} {link} policy=deny:frames=1:max_reports=0:suppressions=none
 * exit: 0
 * stdout:
 * | denied
 * | reports
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: suppressions is for phaselock_default_options() alone to set
 * | phaselock: PHASELOCK_OPTIONS: policy is for phaselock_default_options() alone to set
 * | {lines}
 *
 * run: {source}/tests/behaviour/parts/own_options {build} {link} {own}
 * each: own "" stages=0
 * exit: 0
 * stdout:
 * | served
 * | reports
 */
#include <stdio.h>
#include <stdlib.h>

#include <phaselock/phaselock.h>

#ifndef OWN /* as one of the programs that are built for all tests */
#define OWN NULL
#endif

const char *phaselock_default_options(void)
{
	return OWN;
}

int main(void)
{
	void *volatile block;

	setvbuf(stdout, NULL, _IONBF, 0);
	if (phaselock_armed() != PHASELOCK_ENTRY_ALL)
		return 1;
	phaselock_seal_allocations();
	block = malloc(48);
	puts(block != NULL ? "served" : "denied");
	return 0;
}
