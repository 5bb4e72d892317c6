/* SPDX-License-Identifier: MIT */
/*
 * Names that allocators have besides malloc and its kin, for requests to their own heap: mallocx()
 * of jemalloc, mi_malloc() of mimalloc, tc_malloc() of tcmalloc.
 */
#ifndef PL_DIALECT_H
#define PL_DIALECT_H

#include "common/base.h"

struct pl_dialect {
	const char *name;   /* a name, or how several names begin */
	unsigned entry;	    /* PHASELOCK_ENTRY_*: whose work it does */
	const char *malloc; /* an allocator with such names exports this */
};

/* Returns what a function is, or NULL if it is none of these. Pure; no heap request. */
const struct pl_dialect *pl_dialect_find(const char *function);

#endif
