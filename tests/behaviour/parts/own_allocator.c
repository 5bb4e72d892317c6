/* SPDX-License-Identifier: MIT */
/*
 * A plug-in with an allocator of its own inside: bound at its link (-Bsymbolic), so that none of
 * its calls goes by the dynamic linker. plugin_with_allocator.c loads it.
 */
#include <stdlib.h>
#include <string.h>

static _Alignas(16) char memory[65536];
static size_t used, calls;

void *malloc(size_t size)
{
	void *block = memory + used;

	calls++;
	if (size > sizeof(memory) - used)
		return NULL;
	used += (size + 15) & ~(size_t)15;
	return block;
}

void free(void *block)
{
	calls += block != NULL;
}

size_t plugin_calls(void);
void *plugin_work(void);
char *plugin_copy(const char *word);

size_t plugin_calls(void)
{
	return calls;
}

/* A block made and given back inside, and one that is handed out. */
void *plugin_work(void)
{
	char *volatile block = malloc(100);

	memset(block, 1, 100);
	free(block);
	return malloc(100);
}

/* What libc allocates for the plug-in comes from the process's allocator, not the plug-in's. */
char *plugin_copy(const char *word)
{
	return strdup(word);
}
