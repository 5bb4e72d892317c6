/* SPDX-License-Identifier: MIT */
/*
 * A denied throwing operator new throws std::bad_alloc also in a plug-in that brought its C++
 * library into the process, long after the library was loaded and where a weak reference does not
 * see it.
 *
 * shows: PL-007 PL-032
 * needs: g++
 * run: sh -c 'g++ -shared -fPIC -fno-builtin
 *     {source}/tests/behaviour/parts/throws_in_library.cc -o plugin.so && exec {self} ./plugin.so'
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=1:frames=1
 * exit: 0
 * stderr:
 * | phaselock: violation: operator new[](100) while allocations are locked
 * |   thread {number} "throwing_new_of", 1st time at this site
 * |     #0 denied_new_throws+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 2 violations at 2 sites, by count:
 * | phaselock:   1 x operator new[]  denied_new_throws+{hex} ({any}+{hex})
 * | phaselock:   and 1 site more (max_reports=1)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <dlfcn.h>

int main(int argc, char **argv)
{
	void (*warm)(void);
	bool (*denied_new_throws)(void);
	bool thrown;
	void *plugin;

	require_armed();
	plugin = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
	CHECK(plugin != NULL);
	*(void **)&warm = dlsym(plugin, "warm");
	*(void **)&denied_new_throws = dlsym(plugin, "denied_new_throws");
	CHECK(warm != NULL && denied_new_throws != NULL);
	warm();
	lock_allocations();
	thrown = denied_new_throws();
	unlock_allocations();
	CHECK(thrown);
	return 0;
}
