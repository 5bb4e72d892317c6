/* SPDX-License-Identifier: MIT */
/* A plug-in one of whose functions is chosen by a resolver that allocates. */
#include <stdlib.h>

static void *take(size_t size)
{
	return malloc(size);
}

static void *(*resolve_take(void))(size_t)
{
	void *block = malloc(100);
	void *(*found)(size_t) = block != NULL ? take : NULL;

	free(block);
	return found;
}

void *plugin_take(size_t size) __attribute__((ifunc("resolve_take")));

void plugin_give(void *block)
{
	free(block);
}
