/* SPDX-License-Identifier: MIT */
/*
 * dlopen() makes heap requests like any function: while locked it is a violation and, denied, fails
 * as when memory is short; in a permit scope it works. Plug-ins in C, and in C++ with constructors,
 * destructors and thread-local objects that allocate, come and go without leaving a block behind,
 * and the requests of each are counted.
 *
 * Two related cases are also here: in a program into which ours is preloaded, another library's
 * constructor runs before ours; and an IFUNC resolver runs before any constructor. Both may
 * allocate.
 *
 * shows: PL-131
 * needs: gcc g++
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * run: sh -c 'gcc -shared -fPIC -fno-builtin {source}/tests/behaviour/parts/plain_plugin.c
 *     -o plugin.so && exec {self} ./plugin.so denied'
 * exit: 0
 * stderr:
 * | phaselock: {number} violation{any} at {number} site{any}, by count:
 * | phaselock:   and {number} site{any} more (max_reports=0)
 * run: sh -c 'gcc -shared -fPIC -fno-builtin {source}/tests/behaviour/parts/plain_plugin.c
 *     -o plugin.so && exec {self} ./plugin.so'
 * exit: 0
 * run: sh -c 'g++ -shared -fPIC -fno-builtin {source}/tests/behaviour/parts/busy_plugin.cc
 *     -o plugin.so && exec {self} ./plugin.so'
 * exit: 0
 * run: sh -c 'cd {source}/tests/behaviour/parts && gcc -shared -fPIC -fno-builtin early_library.c
 *     -o {tmp}/libearly.so && gcc -I{source}/include -fno-builtin early_program.c -o {tmp}/early
 *     -L{tmp}
 *     -learly -Wl,-rpath,{tmp} && LD_PRELOAD={build}/libphaselock.so exec {tmp}/early'
 * exit: 0
 * stderr:
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: sh -c 'gcc -shared -fPIC -fno-builtin {source}/tests/behaviour/parts/ifunc_plugin.c
 *     -o plugin.so && exec {self} ./plugin.so'
 * exit: 0
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

#define ROUNDS 20

static void use(void *plugin)
{
	void *(*take)(size_t);
	void (*give)(void *);
	struct phaselock_stats begin = thread_stats(), did;

	*(void **)&take = dlsym(plugin, "plugin_take");
	*(void **)&give = dlsym(plugin, "plugin_give");
	CHECK(take != NULL && give != NULL);
	give(take(777));
	did = thread_stats_since(&begin);
	CHECK(did.allocations >= 1 && did.bytes_requested >= 777);
}

static void *use_on_thread(void *plugin)
{
	use(plugin);
	return NULL;
}

static void come_and_go(const char *path)
{
	void *plugin;
	pthread_t thread;

	lock_allocations();
	phaselock_permit_begin();
	plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	CHECK(plugin != NULL);
	use(plugin);
	CHECK_EQUAL(phaselock_unseen_modules(NULL, 0), 0);
	phaselock_permit_end();
	unlock_allocations();
	CHECK_EQUAL(pthread_create(&thread, NULL, use_on_thread, plugin), 0);
	pthread_join(thread, NULL);
	CHECK_EQUAL(dlclose(plugin), 0);
}

int main(int argc, char **argv)
{
	uint64_t live = 0;

	require_armed();
	CHECK(argc > 1);
	if (argc > 2) {
		lock_allocations();
		CHECK(dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) == NULL);
		unlock_allocations();
		CHECK(get_stats().locked_attempts > 0);
	}
	for (int i = 0; i < ROUNDS; i++) {
		come_and_go(argv[1]);
		if (i == ROUNDS / 2)
			live = get_stats().live_allocations;
	}
	CHECK_EQUAL(get_stats().live_allocations, live);
	CHECK((get_stats().locked_attempts > 0) == (argc > 2));
	return 0;
}
