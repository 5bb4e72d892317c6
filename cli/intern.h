/* SPDX-License-Identifier: MIT */
/*
 * Numbers for things of which equal ones are to be found again. The things lie elsewhere, in an
 * array: the number of one is its index. A hash table of such numbers, whose seed is new in each
 * run, as whoever writes a record chooses what is in it.
 */
#ifndef CLI_INTERN_H
#define CLI_INTERN_H

#include "common/base.h"

#define INTERN_NONE UINT32_MAX

/* Zeroed memory has no numbers. */
struct intern {
	uint32_t *slots; /* number + 1; 0: free */
	uint32_t *hashes;
	size_t size, count;
};

/* Returns whether the thing with that number is the one that is looked for. */
typedef bool intern_is(const void *context, uint32_t number);

/*
 * Returns the number of an equal thing. If there is none, it is from now on found as the next
 * number, which is how many there were before, and INTERN_NONE is returned. Want of memory ends the
 * command.
 */
uint32_t intern_find(struct intern *table, uint64_t hash, intern_is *is, const void *context);

/* Returns the hash with a number or bytes added to it; a hash begins as 0. */
uint64_t intern_add(uint64_t hash, uint64_t number);
uint64_t intern_add_bytes(uint64_t hash, const void *bytes, size_t size);

void intern_free(struct intern *table);

#endif
