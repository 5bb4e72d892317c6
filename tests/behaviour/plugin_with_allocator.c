/* SPDX-License-Identifier: MIT */
/*
 * The library does not see a plug-in that brings an allocator of its own, bound inside it: its
 * requests are neither counted nor denied while locked. Nothing crashes, phaselock_armed() still
 * reports the program's own calls, and the plug-in is named at exit. What libc allocates on its
 * behalf is seen, and denied.
 *
 * shows: PL-151 PL-062
 * needs: gcc
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=1:frames=2
 * run: sh -c 'gcc -shared -fPIC -fno-builtin -Wl,-Bsymbolic
 *     {source}/tests/behaviour/parts/own_allocator.c -o plugin.so && exec {self} ./plugin.so {how}'
 * each: how lazy now local global deep
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(7) while allocations are locked
 * |   thread {number} "plugin_with_all", 1st time at this site
 * |     #0 strdup+{hex} ({any}+{hex})
 * |     #1 plugin_copy+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  strdup+{hex} ({any}+{hex}) < plugin_copy+{hex} ({any}+{hex})
 * | phaselock: plugin.so calls plugin.so's malloc, not phaselock's: its requests are not seen
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <dlfcn.h>
#include <stdlib.h>

static int flags_of(const char *how)
{
	if (strcmp(how, "lazy") == 0)
		return RTLD_LAZY;
	if (strcmp(how, "global") == 0)
		return RTLD_NOW | RTLD_GLOBAL;
	if (strcmp(how, "deep") == 0)
		return RTLD_NOW | RTLD_DEEPBIND;
	return RTLD_NOW | RTLD_LOCAL;
}

int main(int argc, char **argv)
{
	struct phaselock_stats begin, did;
	size_t (*calls)(void);
	void *(*work)(void);
	char *(*copy)(const char *word);
	void *plugin, *theirs;

	require_armed();
	CHECK(argc == 3);
	plugin = dlopen(argv[1], flags_of(argv[2]));
	CHECK(plugin != NULL);
	*(void **)&calls = dlsym(plugin, "plugin_calls");
	*(void **)&work = dlsym(plugin, "plugin_work");
	*(void **)&copy = dlsym(plugin, "plugin_copy");
	CHECK(calls != NULL && work != NULL && copy != NULL);
	require_armed(); /* the program's own calls still come to the library */
	lock_allocations();
	begin = thread_stats();
	theirs = work();
	did = thread_stats_since(&begin);
	CHECK(theirs != NULL);
	CHECK_EQUAL(calls(), 3);
	CHECK_EQUAL(did.allocations + did.deallocations + did.locked_attempts, 0);
	CHECK(copy("a word") == NULL);
	unlock_allocations();
	CHECK_EQUAL(calls(), 3);
	free(opaque(malloc(10)));
	return 0;
}
