/* SPDX-License-Identifier: MIT */
/* A program that knows nothing of the library unless it is preloaded, with a library of its own. */
#define PHASELOCK_OPTIONAL
#include "../behaviour.h"

#include <malloc.h>
#include <stdlib.h>

extern void *early_block;

int main(void)
{
	CHECK(phaselock_present());
	require_armed();
	CHECK(early_block != NULL && malloc_usable_size(early_block) >= 54321);
	CHECK(get_stats().bytes_requested >= 54321);
	CHECK(get_stats().live_bytes >= malloc_usable_size(early_block));
	lock_allocations();
	free(early_block);
	CHECK_EQUAL(get_stats().locked_deallocations, 1);
	CHECK(opaque(malloc(1)) == NULL);
	unlock_allocations();
	return 0;
}
