/* SPDX-License-Identifier: MIT */
/*
 * A plug-in that takes the place of another in memory is not mistaken for it: the call stack
 * through its function, at the same address as before but with a frame of another size, is just as
 * complete.
 *
 * shows: PL-191
 * needs: gcc
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:frames=32
 * run: sh -c 'for room in 48 64 96 112; do
 *     gcc -O2 -shared -fPIC -DROOM=$room {source}/tests/behaviour/parts/passing_plugin.c -o
 *     $room.so
 *     || exit; done && exec {self} ./48.so ./64.so ./96.so ./112.so ./48.so'
 * exit: 0
 * stderr:
 * | phaselock: {number} violations at {number} site{any}, by count:
 * | phaselock:   and {number} site{any} more (max_reports=0)
 */
#define _GNU_SOURCE
#include "stack.h"

static void *pass_through(const char *path)
{
	void *plugin = dlopen(path, RTLD_NOW), *address;
	void (*pass)(void (*)(void));

	CHECK(plugin != NULL);
	address = dlsym(plugin, "plugin_pass");
	CHECK(address != NULL);
	*(void **)&pass = address;
	pass(violate);
	CHECK_EQUAL(dlclose(plugin), 0);
	return address;
}

int main(int argc, char **argv)
{
	void *before = NULL;

	require_armed();
	CHECK(argc > 2);
	for (volatile int i = 1; i < argc; i++) {
		struct phaselock_violation site;
		void *address = pass_through(argv[i]);

		CHECK(before == NULL || address == before);
		before = address;
		CHECK_EQUAL(phaselock_get_violations(&site, 1),
			    1); /* one call stack, by its addresses */
		CHECK_EQUAL(site.count, i);
		CHECK(site.frame_count > 4);
		CHECK(site.frames[1] > address);
		CHECK(strcmp(stack_name(site.frames[site.frame_count - 1]).function, "_start") ==
		      0);
	}
	return 0;
}
