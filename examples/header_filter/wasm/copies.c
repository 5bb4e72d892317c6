/* SPDX-License-Identifier: MIT */
#include "copies.h"

#include "proxy_wasm.h"

#define ALIGNMENT 16

static _Alignas(ALIGNMENT) unsigned char place[COPIES_SIZE];
static size_t used;
static unsigned depth;

/* Returns NULL where there is no room: then the host's call fails, and its caller degrades. */
void *proxy_on_memory_allocate(size_t size)
{
	void *copy = place + used;

	if (size > COPIES_SIZE - used)
		return NULL;
	used += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	return copy;
}

void copies_begin(void)
{
	depth++;
}

void copies_end(void)
{
	if (--depth == 0)
		used = 0;
}
