/* SPDX-License-Identifier: MIT */
/* What an assertion counts: also in a child, whose parent tells it. */
#ifndef TESTING_TALLY_H
#define TESTING_TALLY_H

#include <stdint.h>

struct tally {
	uint64_t allocations;
	uint64_t bytes; /* that these asked for */
	uint64_t deallocations;
	uint64_t leaked_blocks;
};

#endif
