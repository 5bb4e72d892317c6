/* SPDX-License-Identifier: MIT */
/*
 * free() gets a block that is not the allocator's (static memory, a mapping of the program's own,
 * the stack), while locked and before. The process ends by a signal in the allocator, as with
 * jemalloc alone (SIGSEGV; over the process's own allocator, with that allocator's message). The
 * block never enters a free list, from which a later malloc() could return it. To the library it
 * looks like any free: it has no time to ask whose block it is.
 *
 * shows: PL-152
 * each: block static mapping stack
 * each: phase init locked
 * run: sh -c '{self} {block} {phase}; test $? -gt 128 && echo ended by a signal'
 * exit: 0
 * stdout:
 * | freeing
 * | ended by a signal
 * stderr:
 * | {lines}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <stdlib.h>
#include <sys/mman.h>

static _Alignas(4096) char memory[65536];

int main(int argc, char **argv)
{
	_Alignas(64) char local[256];
	char *block = local + 64;

	require_armed();
	CHECK(argc == 3);
	if (strcmp(argv[1], "static") == 0)
		block = memory + 4096;
	if (strcmp(argv[1], "mapping") == 0) {
		block = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			     0);
		CHECK(block != MAP_FAILED);
		block += 4096;
	}
	free(opaque(malloc(64)));
	if (strcmp(argv[2], "locked") == 0)
		lock_allocations();
	CHECK_EQUAL(write(STDOUT_FILENO, "freeing\n", 8), 8);
	free(opaque(block));
	CHECK(!"free() came back");
	return 0;
}
