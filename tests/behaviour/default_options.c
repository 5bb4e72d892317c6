/* SPDX-License-Identifier: MIT */
/*
 * A program with options of its own, which whoever starts it cannot change. The library reads them
 * first: the shared and the static library, in a program that exports nothing else, by each linker;
 * and the preloaded library in a program linked with -rdynamic. It reports what the environment
 * tries to change. A program without options, or with NULL, behaves as ever.
 *
 * With environment=0 the library's jemalloc does not obey MALLOC_CONF and /etc/malloc.conf either:
 * settings that would end the program, write a file at its end or print something do nothing,
 * whether the library's constructor starts jemalloc or an earlier request does. Without
 * environment=0 jemalloc obeys them as ever.
 *
 * shows: PL-595 PL-675
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
 * run: {source}/tests/behaviour/parts/own_options {build} {link}
 *     policy=deny:frames=1:max_reports=0:suppressions=none
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
 *
 * run: {source}/tests/behaviour/parts/own_options {build} {link}
 *     environment=0:max_reports=0:policy=deny
 * environment: MALLOC_CONF={settings}
 * each: settings abort_conf:true,no_such_key:1 stats_print:true confirm_conf:true
 *     prof:true,prof_final:true,prof_prefix:reports abort:true,xmalloc:true,junk:true,narenas:x
 * exit: 0
 * stdout:
 * | denied
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: not obeyed: phaselock_default_options() has environment=0
 * | phaselock: MALLOC_CONF: not obeyed: phaselock_default_options() has environment=0
 * | {lines}
 *
 * run: {source}/tests/behaviour/parts/own_options {build} {link} policy=deny:max_reports=0
 * environment: MALLOC_CONF=abort_conf:true,no_such_key:1
 * exit: 0
 * stdout:
 * | 134
 * stderr:
 * | <jemalloc>: Invalid conf pair: no_such_key:1
 * | <jemalloc>: Abort (abort_conf:true) on invalid conf value (see above).
 * | Aborted
 *
 * run: {source}/tests/behaviour/parts/own_options {build} {link} {own} unshare
 * needs: unshare
 * each: comes=own denied=environment=0:policy=deny 134=policy=deny
 * exit: 0
 * stdout:
 * | {comes}
 * stderr:
 * | {lines}
 *
 * run: {source}/tests/behaviour/parts/own_options {build} {link}
 *     environment=0:max_reports=0:policy=deny early
 * environment: MALLOC_CONF=abort_conf:true,no_such_key:1
 * exit: 0
 * stdout:
 * | denied
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: not obeyed: phaselock_default_options() has environment=0
 * | phaselock: MALLOC_CONF: not obeyed: phaselock_default_options() has environment=0
 * | {lines}
 */
#include <stdio.h>
#include <stdlib.h>

#include <phaselock/phaselock.h>

#ifndef OWN /* built with the programs of all tests */
#define OWN NULL
#endif

const char *phaselock_default_options(void)
{
	return OWN;
}

#ifdef EARLY
/* Before the library's constructor, as the resolver of an IFUNC may. */
static void start_allocator(void)
{
	free(malloc(1));
}

__attribute__((section(".preinit_array"), used)) static void (*const early)(void) = start_allocator;
#endif

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
