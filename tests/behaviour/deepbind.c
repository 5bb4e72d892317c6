/* SPDX-License-Identifier: MIT */
/*
 * A plug-in opened with RTLD_DEEPBIND takes its memory from libc, past any library in front of it.
 * The library cannot see such requests, and says so: phaselock_unseen_modules() lists the plug-in
 * with the functions that it calls elsewhere, the library names it when the program ends, and a run
 * under the command does not pass. A plug-in opened without the flag is seen.
 *
 * shows: PL-120 PL-072
 * needs: gcc
 * run: sh -c 'gcc -shared -fPIC -fno-builtin -Wl,-z,{BIND}
 *     {source}/tests/behaviour/parts/plain_plugin.c -o plugin.so && exec {self} ./plugin.so deep'
 * each: BIND now lazy
 * environment: PHASELOCK_OPTIONS=policy=deny
 * exit: 0
 * stderr:
 * | phaselock: plugin.so calls libc.so.6's malloc, not phaselock's: its requests are not seen
 * run: sh -c 'gcc -shared -fPIC -fno-builtin {source}/tests/behaviour/parts/plain_plugin.c
 *     -o plugin.so && exec {self} ./plugin.so'
 * environment: PHASELOCK_OPTIONS=policy=deny
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(100) while allocations are locked
 * |   thread {number} "deepbind", 1st time at this site
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  plugin_take+{hex} ({any}+{hex}) < {any}
 * run: sh -c 'gcc -shared -fPIC -fno-builtin {source}/tests/behaviour/parts/plain_plugin.c
 *     -o plugin.so && exec {build}/phaselock run --policy=deny -- {self} ./plugin.so deep'
 * exit: 125
 * stderr:
 * | phaselock: plugin.so calls libc.so.6's malloc, not phaselock's: its requests are not seen
 * | phaselock run: not armed: plugin.so was opened with RTLD_DEEPBIND: its requests go to libc.so.6 (malloc, free)
 * | phaselock run: to see the requests of such a module, open it without that flag, or link it with -lphaselock-system
 * | phaselock run: init: {any}
 * | phaselock run: locked: 0 requests for 0 bytes, 0 frees
 * | phaselock run: FAIL: the guard was not armed
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <dlfcn.h>

static void check_list(bool deep)
{
	struct phaselock_unseen unseen;

	memset(&unseen, 1, sizeof(unseen));
	CHECK_EQUAL(phaselock_unseen_modules(NULL, 0), deep);
	CHECK_EQUAL(phaselock_unseen_modules(&unseen, 1), deep);
	if (!deep)
		return;
	CHECK(strcmp(unseen.module, "plugin.so") == 0);
	CHECK(strcmp(unseen.allocator, "libc.so.6") == 0);
	CHECK(strcmp(unseen.function, "malloc") == 0);
	CHECK_EQUAL(unseen.entries, PHASELOCK_ENTRY_MALLOC | PHASELOCK_ENTRY_FREE);
}

int main(int argc, char **argv)
{
	bool deep = argc > 2;
	void *(*take)(size_t);
	void (*give)(void *);
	struct phaselock_stats before;
	void *plugin, *block;

	require_armed();
	CHECK(argc > 1);
	CHECK_EQUAL(phaselock_unseen_modules(NULL, 0), 0);
	plugin = dlopen(argv[1], RTLD_LAZY | RTLD_LOCAL | (deep ? RTLD_DEEPBIND : 0));
	CHECK(plugin != NULL);
	*(void **)&take = dlsym(plugin, "plugin_take");
	*(void **)&give = dlsym(plugin, "plugin_give");
	CHECK(take != NULL && give != NULL);
	give(take(1)); /* binds what is bound late */
	before = get_stats();
	lock_allocations();
	block = take(100);
	CHECK((block != NULL) == deep);
	CHECK_EQUAL(get_stats().locked_attempts - before.locked_attempts, !deep);
	give(block);
	unlock_allocations();
	check_list(deep);
	return 0;
}
