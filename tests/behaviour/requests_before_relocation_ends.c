/* SPDX-License-Identifier: MIT */
/*
 * The resolver of an IFUNC allocates while the dynamic linker still relocates, before it sets up
 * the thread-local storage of the main thread. These requests are counted once, and they and all
 * later ones belong to one thread.
 *
 * shows: PL-131 PL-501
 * needs: gcc
 * exit: 0
 * run: sh -c 'gcc -O1 -fno-builtin-malloc -fPIC -shared
 *     {source}/tests/behaviour/parts/early_ifunc.c
 *     -o libearly.so && gcc -I{source}/include
 *     {source}/tests/behaviour/requests_before_relocation_ends.c -o test -L. -L{build}
 *     -Wl,-rpath,{tmp}:{build} -Wl,--no-as-needed,-z,now -learly -lphaselock && exec ./test'
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <dlfcn.h>
#include <stdlib.h>

/* The library's. Weak, because this program is also built without it. */
int chosen(void) __attribute__((weak));

int main(void)
{
	struct phaselock_stats begin, end;
	void **blocks;
	size_t count = 0;

	require_armed();
	CHECK(chosen != NULL && chosen() == 1);
	blocks = dlsym(RTLD_DEFAULT, "early_blocks");
	CHECK(blocks != NULL);
	while (blocks[count] != NULL)
		count++;
	CHECK(count > 100);
	begin = get_stats();
	CHECK_EQUAL(begin.threads, 1);
	CHECK(begin.live_allocations >= count);
	CHECK(begin.allocations < 2 * count);
	CHECK(begin.bytes_requested >= 100 * count);
	CHECK(thread_stats().allocations >= count);
	for (size_t i = 0; i < count; i++)
		free(blocks[i]);
	end = get_stats();
	CHECK_EQUAL(end.deallocations - begin.deallocations, count);
	CHECK_EQUAL(begin.live_allocations - end.live_allocations, count);
	return 0;
}
