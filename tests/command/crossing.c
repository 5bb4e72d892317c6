/* SPDX-License-Identifier: MIT */
/*
 * An unchanged program, C and C++, that opens a plug-in with RTLD_DEEPBIND and gives it blocks, and
 * takes its blocks, in every combination. `close` closes the plug-in again; `fork` does nothing
 * with it, in two processes.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __cplusplus
#define TAKE(size) ::operator new(size)
#define GIVE(block) ::operator delete(block)
#else
#define TAKE(size) malloc(size)
#define GIVE(block) free(block)
#endif

static void *plugin;

static void *find(const char *name)
{
	void *function = dlsym(plugin, name);

	if (function == NULL)
		abort();
	return function;
}

int main(int argc, char **argv)
{
	void *(*take)(size_t), *(*take_aligned)(size_t, size_t), *(*resize)(void *, size_t);
	void (*give)(void *), (*use_libc)(void);

	plugin = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_DEEPBIND) : NULL;
	if (plugin == NULL)
		return 2;
	if (argc > 2 && strcmp(argv[2], "fork") == 0)
		return fork() == 0 || wait(NULL) > 0 ? 0 : 1;
	*(void **)&take = find("plugin_take");
	*(void **)&take_aligned = find("plugin_take_aligned");
	*(void **)&resize = find("plugin_resize");
	*(void **)&give = find("plugin_give");
	*(void **)&use_libc = find("plugin_use_libc");
	for (size_t size = 1; size < 300000; size += size / 3 + 1) {
		free(memset(take(size), 1, size));
		free(memset(take_aligned(256, size), 1, size));
		free(realloc(take(size), 2 * size));
		free(resize(memset(TAKE(size), 1, size), 2 * size));
		free(realloc(resize(malloc(size), size / 2 + 1), 5000));
		give(TAKE(size));
		give(calloc(1, size));
		give(memalign(256, size));
		give(realloc(take(size), 2 * size));
		give(strdup("a copy"));
		GIVE(take(size));
		if (malloc_usable_size(take(size)) < size)
			abort();
		use_libc();
	}
	if (argc > 2)
		dlclose(plugin);
	return puts("crossed") < 0;
}
