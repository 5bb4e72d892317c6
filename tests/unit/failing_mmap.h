/* SPDX-License-Identifier: MIT */
/*
 * A double of pl_os_map() for the whole program: it fails for a thread that asks for that. Include
 * it in one file of a program.
 */
#ifndef TEST_FAILING_MMAP_H
#define TEST_FAILING_MMAP_H

#include "common/os.h"

#include <stdbool.h>
#include <sys/mman.h>

static _Thread_local bool mmap_fails;

void *pl_os_map(size_t size)
{
	void *memory = MAP_FAILED;

	if (!mmap_fails)
		memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			      0);
	return memory == MAP_FAILED ? NULL : memory;
}

#endif
