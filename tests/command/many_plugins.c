/* SPDX-License-Identifier: MIT */
/* many_plugins FILES...: loads plug-ins, and makes requests through each of them, in turn. */
#include <dlfcn.h>
#include <stdlib.h>

#define MOST 1000
#define TURNS 50

int main(int argc, char **argv)
{
	void *(*make[MOST])(void);

	if (argc > MOST)
		return 1;
	for (int i = 1; i < argc; i++) {
		void *plugin = dlopen(argv[i], RTLD_NOW);

		if (plugin == NULL)
			return 1;
		*(void **)&make[i] = dlsym(plugin, "make");
		if (make[i] == NULL)
			return 1;
	}
	for (int turn = 0; turn < TURNS; turn++)
		for (int i = 1; i < argc; i++)
			free(make[i]());
	return 0;
}
