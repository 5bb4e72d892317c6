/* SPDX-License-Identifier: MIT */
/*
 * An unchanged program that takes blocks by all functions that any allocator has, and frees them.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
	for (size_t size = 1; size < 10000; size += 97) {
		void *blocks[] = {malloc(size), calloc(1, size), memalign(64, size),
				  realloc(malloc(10), size), strdup("a copy")};

		for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
			memset(blocks[i], 1, 1);
			free(blocks[i]);
		}
	}
	return puts("used") < 0;
}
