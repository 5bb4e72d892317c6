/* SPDX-License-Identifier: MIT */
/*
 * A program that goes to a folder and opens a plug-in there by a path from it. With -DPLUGIN: the
 * plug-in.
 */
#ifdef PLUGIN
#include <stdlib.h>

void ask(void);

#line LINE "relative.c"
void ask(void)
{
	free(malloc(50));
}
#else
#define PHASELOCK_OPTIONAL
#include <dlfcn.h>
#include <unistd.h>

#include <phaselock/phaselock.h>

int main(int count, char **words)
{
	void *plugin = count == 2 && chdir(words[1]) == 0 ? dlopen("./plugin.so", RTLD_NOW) : NULL;
	void (*ask)(void);

	if (plugin == NULL)
		return 1;
	*(void **)&ask = dlsym(plugin, "ask");
	lock_allocations();
	ask();
	unlock_allocations();
	return 0;
}
#endif
