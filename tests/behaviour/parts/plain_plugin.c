/* SPDX-License-Identifier: MIT */
/* A plug-in that allocates and frees. */
#include <stdlib.h>

void *plugin_take(size_t size);
void *plugin_take(size_t size)
{
	return malloc(size);
}

void plugin_give(void *block);
void plugin_give(void *block)
{
	free(block);
}
