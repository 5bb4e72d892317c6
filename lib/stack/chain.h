/* SPDX-License-Identifier: MIT */
/* The dynamic linker's own list of modules, without its lock. */
#ifndef PL_CHAIN_H
#define PL_CHAIN_H

#include "common/base.h"

#include <link.h>

/* A loaded module, while it is looked at. */
struct pl_loaded {
	uintptr_t base;		  /* added to the module's own addresses */
	const char *name;	  /* a path, "" for the program */
	const ElfW(Dyn) *dynamic; /* NULL if it has none */
	const ElfW(Phdr) *headers;
	size_t header_count;  /* 0 if they are not known */
	uintptr_t start, end; /* where it lies */
};

/*
 * Calls look for each module, in the order of loading, until it returns true. It takes no lock, and
 * calls no function that another library may have replaced, but getauxval(); so no module may come
 * or go meanwhile.
 * Returns false if there is no such list; else sets *found to what look returned last.
 */
bool pl_chain_each(bool (*look)(const struct pl_loaded *module, void *argument), void *argument,
		   bool *found);

#endif
