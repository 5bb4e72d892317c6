/* SPDX-License-Identifier: MIT */
/*
 * Names that allocators have beside malloc and its kin, for requests of their own heap: mallocx()
 * of jemalloc, mi_malloc() of mimalloc, tc_malloc() of tcmalloc.
 */
#ifndef PL_DIALECT_H
#define PL_DIALECT_H

#include "common/base.h"

struct pl_dialect {
	const char *name;   /* or how several names begin */
	unsigned entry;	    /* PHASELOCK_ENTRY_*: what it does the work of */
	const char *malloc; /* what the allocator exports that has this name, too */
};

/* Returns what a function is, NULL if it is none of these. Pure; no heap request. */
const struct pl_dialect *pl_dialect_find(const char *function);

#endif
