/* SPDX-License-Identifier: MIT */
/*
 * A plug-in of C for crossing.c: takes, resizes and gives back blocks, its own, libc's and others'.
 */
#define _GNU_SOURCE
#include "crossing.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *plugin_take(size_t size)
{
	return malloc(size);
}

void *plugin_take_aligned(size_t alignment, size_t size)
{
	void *block = NULL;

	return posix_memalign(&block, alignment, size) == 0 ? block : NULL;
}

void *plugin_resize(void *block, size_t size)
{
	return realloc(block, size);
}

void plugin_give(void *block)
{
	if (block != NULL && malloc_usable_size(block) == 0)
		abort();
	free(block);
}

/* What libc takes for its caller, who is to free it. */
void plugin_use_libc(void)
{
	char *text = NULL, *line = NULL;
	size_t size = 0;
	FILE *file;

	if (asprintf(&text, "%s %d", "forty", 2) < 0)
		abort();
	free(text);
	free(strdup("a copy"));
	free(realpath("/", NULL));
	file = open_memstream(&text, &size);
	fputs("a line\nand another\n", file);
	fclose(file);
	file = fmemopen(text, size, "r");
	size = 0;
	while (getline(&line, &size, file) > 0)
		line = realloc(line, size += 1000);
	fclose(file);
	free(line);
	free(text);
}
