/* SPDX-License-Identifier: MIT */
/*
 * Functions that must not allocate, in modules: a plug-in that is loaded later has its own, and one
 * that takes the addresses of another is judged by its own names, on several threads at once. At
 * the end a pattern counts as matched whose function a loaded plug-in has, called or not; functions
 * of an unloaded one are known if a request came from under them. Where there is no memory to keep
 * what was found, it is found again each time.
 *
 * shows: PL-792
 * needs: gcc
 * run: sh -c 'for name in first other; do gcc -O2 -shared -fPIC -DNAME=$name {build_id}
 *     {source}/tests/behaviour/parts/hot_plugin.c -o $name.so || exit; done &&
 *     exec timeout -s KILL 20 {self} {PART}'
 * each: build_id -Wl,--build-id -Wl,--build-id=none -Wl,--build-id=0x0badc0de
 * each: PART turns threads
 * environment: PHASELOCK_OPTIONS=hot=first_*:policy=deny:max_reports=0
 * exit: 0
 * stderr:
 * | {lines}
 * run: sh -c 'for name in first other; do gcc -O2 -shared -fPIC -DNAME=$name
 *     {source}/tests/behaviour/parts/hot_plugin.c -o $name.so || exit; done &&
 *     exec {source}/tests/behaviour/parts/each_mmap.sh {MODE} "" "" {self} turns'
 * each: MODE once on
 * backend: jemalloc
 * environment: PHASELOCK_OPTIONS=hot=first_*:policy=deny:max_reports=0
 * timeout: 120
 * exit: 0
 * run: sh -c 'gcc -O2 -shared -fPIC -DNAME=first {source}/tests/behaviour/parts/hot_plugin.c
 *     -o first.so && exec {self} load'
 * environment: PHASELOCK_OPTIONS=hot=first_parse:hot=none
 * exit: 0
 * stderr:
 * | phaselock: hot: no function is called none
 * run: sh -c 'gcc -O2 -shared -fPIC -DNAME=first {source}/tests/behaviour/parts/hot_plugin.c
 *     -o first.so && exec {self} unload'
 * environment: PHASELOCK_OPTIONS=hot=first_parse:hot=none
 * exit: 0
 * stderr:
 * | phaselock: hot: no function is called first_parse
 * | phaselock: hot: no function is called none
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

typedef void *parse(void *(*work)(size_t));

static FRAME void *ask(size_t size)
{
	return opaque(malloc(size));
}

static void *do_nothing(size_t size)
{
	(void)size;
	return NULL;
}

static void *load(const char *path, const char *name, parse **function)
{
	void *plugin = dlopen(path, RTLD_NOW);

	CHECK(plugin != NULL);
	*(void **)function = dlsym(plugin, name);
	CHECK(*function != NULL);
	return plugin;
}

/* first_parse() must not allocate, other_parse() may, and lies where the first one lay. */
static void turns(void)
{
	parse *before = NULL;
	unsigned same = 0;

	for (int i = 0; i < 20; i++) {
		bool is_first = i % 2 == 0;
		parse *function;
		void *plugin = is_first ? load("./first.so", "first_parse", &function)
					: load("./other.so", "other_parse", &function);

		same += function == before;
		before = function;
		for (int j = 0; j < 3; j++) {
			void *block = function(ask);

			CHECK((block == NULL) == is_first);
			free(block);
		}
		CHECK(dlclose(plugin) == 0);
	}
	CHECK(same > 10);
}

static parse *first, *other;

static void *parse_both(void *unused)
{
	(void)unused;
	for (int i = 0; i < 1000; i++) {
		void *block = other(ask);

		CHECK(first(ask) == NULL);
		CHECK(block != NULL);
		free(block);
	}
	return NULL;
}

static void on_threads(void)
{
	pthread_t threads[8];

	load("./first.so", "first_parse", &first);
	load("./other.so", "other_parse", &other);
	for (size_t i = 0; i < 8; i++)
		CHECK(pthread_create(&threads[i], NULL, parse_both, NULL) == 0);
	for (size_t i = 0; i < 8; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(int argc, char **argv)
{
	const char *part = argc > 1 ? argv[1] : "";
	void *plugin;

	require_armed();
	if (strcmp(part, "turns") == 0) {
		turns();
		return 0;
	}
	if (strcmp(part, "threads") == 0) {
		on_threads();
		return 0;
	}
	plugin = load("./first.so", "first_parse", &first);
	first(do_nothing);
	if (strcmp(part, "unload") == 0)
		CHECK(dlclose(plugin) == 0);
	return 0;
}
