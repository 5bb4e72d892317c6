/* SPDX-License-Identifier: MIT */
/*
 * Functions as a list of ranges of addresses. It must not know modules or patterns, nor where the
 * memory of a list comes from. Pure: any thread, signal handlers too; no lock, no heap request.
 */
#ifndef PL_HOT_RANGES_H
#define PL_HOT_RANGES_H

#include "common/base.h"

struct pl_hot_range {
	uintptr_t start;
	uintptr_t end;	  /* behind the last byte */
	const char *name; /* of the function */
	unsigned pattern; /* that it matched */
};

struct pl_hot_ranges {
	struct pl_hot_range *list; /* in order and without overlaps once sorted */
	size_t count;
};

/*
 * Sorts a list and makes it disjoint, in its own memory. It covers the same addresses as before. Of
 * two functions at one address, the one named by people stays: strdup, not __strdup; of nested ones
 * the outer one.
 */
void pl_hot_ranges_sort(struct pl_hot_ranges *ranges);

/* Returns the range of a sorted list that an address is in, or NULL. */
const struct pl_hot_range *pl_hot_ranges_find(const struct pl_hot_ranges *ranges,
					      uintptr_t address);

#endif
