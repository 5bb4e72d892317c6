/* SPDX-License-Identifier: MIT */
/* A helper function of a test, in a file of its own, that asserts. */
#ifndef HARNESS_HELPER_H
#define HARNESS_HELPER_H

#include <phaselock/cmocka.h>

static inline void helper_that_allocates(size_t size)
{
	assert_no_allocations {
		void *volatile block = malloc(size);

		free(block);
		return;
	}
}

#endif
