/* SPDX-License-Identifier: MIT */
/*
 * Who locked the heap, who began a forbid scope, and the sites of violations keep their names in
 * reports, in the table at the end and in phaselock_describe(), even if the plug-in that they are
 * in was unloaded meanwhile. If several plug-ins had the same address one after the other, the
 * newest is named. Nothing reads the memory where the plug-in was.
 *
 * shows: PL-523
 * needs: gcc
 * run: sh -c 'for name in first other; do gcc -O2 -shared -fPIC -I{source}/include -DNAME=$name
 *     {build_id} {source}/tests/behaviour/parts/locking_plugin.c -o $name.so || exit; done &&
 *     exec timeout -s KILL 10 {self} ./first.so ./other.so ./first.so'
 * each: build_id -Wl,--build-id -Wl,--build-id=none
 * environment: PHASELOCK_OPTIONS=policy=deny:frames=3
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(1) while allocations are locked
 * |   thread {any}
 * |     #0 request+{hex} {any}
 * | {frames}
 * |   locked {any}:
 * |     #0 first_lock+{hex} ({any}first.so+{hex})
 * |     #1 plugin_lock+{hex} ({any}first.so+{hex})
 * |     #2 main+{hex} {any}
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: malloc(1) inside a forbid scope
 * |   thread {any}
 * |     #0 request+{hex} {any}
 * | {frames}
 * |   forbidden by first_forbid+{hex} ({any}first.so+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {any}
 * |     #0 first_take+{hex} ({any}first.so+{hex})
 * |     #1 plugin_take+{hex} ({any}first.so+{hex})
 * |     #2 main+{hex} {any}
 * |   locked {any}, as above
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: malloc(1) while allocations are locked
 * |   thread {any}
 * |     #0 request+{hex} {any}
 * | {frames}
 * |   locked {any}:
 * |     #0 other_lock+{hex} ({any}other.so+{hex})
 * |     #1 plugin_lock+{hex} ({any}other.so+{hex})
 * |     #2 main+{hex} {any}
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: malloc(1) inside a forbid scope
 * |   thread {any}
 * |     #0 request+{hex} {any}
 * | {frames}
 * |   forbidden by other_forbid+{hex} ({any}other.so+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: malloc(1) while allocations are locked
 * |   thread {any}
 * |     #0 request+{hex} {any}
 * | {frames}
 * |   locked {any}:
 * |     #0 first_lock+{hex} ({any}first.so+{hex})
 * |     #1 plugin_lock+{hex} ({any}first.so+{hex})
 * |     #2 main+{hex} {any}
 * | {details}
 * | phaselock: denied (policy=deny)
 * | {lines}
 * | phaselock:   3 x malloc  first_take+{hex} ({any}first.so+{hex}) < {any}
 * | {lines}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <dlfcn.h>
#include <stdlib.h>

static const char *path;

/* In a permit scope: the dynamic linker asks for memory. */
static void *load(void)
{
	void *plugin;

	phaselock_permit_begin();
	plugin = dlopen(path, RTLD_NOW);
	phaselock_permit_end();
	CHECK(plugin != NULL);
	return plugin;
}

static void unload(void *plugin)
{
	phaselock_permit_begin();
	CHECK_EQUAL(dlclose(plugin), 0);
	CHECK(dlopen(path, RTLD_NOW | RTLD_NOLOAD) == NULL);
	phaselock_permit_end();
}

static void (*find(void *plugin, const char *name))(void)
{
	void (*function)(void);

	*(void **)&function = dlsym(plugin, name);
	CHECK(function != NULL);
	return function;
}

void request(int line);
FRAME void request(int line)
{
	CHECK(opaque(malloc(1)) == NULL);
	opaque(&line);
}

static void describe_last(const char *name)
{
	static struct phaselock_violation sites[16];
	size_t count = phaselock_get_violations(sites, 16);
	char text[2048];

	CHECK(count > 0 && count <= 16);
	CHECK(phaselock_describe(&sites[count - 1], text, sizeof(text)) < sizeof(text));
	CHECK(strstr(text, name) != NULL && strstr(text, "plugin_take+0x") != NULL);
}

int main(int argc, char **argv)
{
	const void *before = NULL, *address;
	void *plugin;

	require_armed();
	CHECK(argc > 3);
	for (int i = 1; i < argc; i++) {
		path = argv[i];
		plugin = load();
		find(plugin, "plugin_lock")();
		address = dlsym(plugin, "plugin_lock");
		CHECK(before == NULL || address == before);
		before = address;
		unload(plugin);
		if (i == 1)
			request(1);
		else if (i == 2)
			request(2);
		else
			request(3);
		plugin = load();
		find(plugin, "plugin_forbid")();
		unload(plugin);
		if (i == 1)
			request(4);
		else if (i == 2)
			request(5);
		phaselock_forbid_end();
		plugin = load();
		find(plugin, "plugin_take")();
		unload(plugin);
		if (i == 1)
			describe_last("first_take+0x");
		unlock_allocations();
	}
	return 0;
}
