/* SPDX-License-Identifier: MIT */
/* A plug-in that keeps a block; another one with a function of another NAME is built like it. */
#include <stdlib.h>

void *volatile plugin_kept;

void NAME(void);

__attribute__((noinline)) void NAME(void)
{
	plugin_kept = malloc(24);
	__asm__ volatile(""); /* no tail call */
}
