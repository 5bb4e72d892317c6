/* SPDX-License-Identifier: MIT */
/*
 * An unchanged program that is linked with a jemalloc, or finds one preloaded, and uses its own
 * names beside the standard ones: blocks go from each to the other.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not by its header: the preloaded one is not there when this is linked. */
void *mallocx(size_t size, int flags) __attribute__((weak));
void *rallocx(void *block, size_t size, int flags) __attribute__((weak));
void dallocx(void *block, int flags) __attribute__((weak));
void sdallocx(void *block, size_t size, int flags) __attribute__((weak));
size_t sallocx(const void *block, int flags) __attribute__((weak));

int main(void)
{
	char *block;

	if (mallocx == NULL)
		return 77;
	for (size_t size = 1; size < 2000; size++) {
		dallocx(memset(malloc(size), 1, size), 0);
		free(memset(mallocx(size, 0), 1, size));
		sdallocx(memset(malloc(size), 1, size), size, 0);
		free(rallocx(realloc(mallocx(size, 0), 5000), 9000, 0));
		dallocx(calloc(1, size), 0);
	}
	block = malloc(100);
	printf("%zu %zu %zu\n", sallocx(block, 0), malloc_usable_size(block),
	       malloc_usable_size(mallocx(100, 0)));
	return 0;
}
