/* SPDX-License-Identifier: MIT */
/*
 * A table of rows by their keys, with one user at a time. Zeroed memory is an empty table. For
 * every function: no heap request, no lock.
 */
#ifndef PL_ROWS_H
#define PL_ROWS_H

#include "common/base.h"

#define PL_ROWS_FIRST 128 /* entries that need no memory of their own */
#define PL_ROWS_NONE UINT32_MAX

struct pl_rows_entry {
	uint64_t key;	 /* 0: a free place */
	uint32_t number; /* of the row */
	uint32_t reserved;
};

struct pl_rows {
	struct pl_rows_entry *entries; /* NULL: first */
	size_t capacity;	       /* of entries, a power of two */
	size_t count;
	struct pl_rows_entry first[PL_ROWS_FIRST];
};

/* Returns the row of a key, or PL_ROWS_NONE. A key is a good hash of all that tells rows apart. */
uint32_t pl_rows_find(const struct pl_rows *rows, uint64_t key);

/*
 * Adds a row whose key is not there. Returns how much memory that took, SIZE_MAX if there was none:
 * then the row is not found again.
 */
size_t pl_rows_add(struct pl_rows *rows, uint64_t key, uint32_t number);

void pl_rows_forget(struct pl_rows *rows);

#endif
