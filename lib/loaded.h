/* SPDX-License-Identifier: MIT */
/* All loaded modules, one after the other. */
#ifndef PL_LOADED_H
#define PL_LOADED_H

#include "base.h"
#include "dynamic.h"

#include <link.h>

/* One of them, while it is looked at. */
struct pl_loaded {
	uintptr_t base;		  /* what is added to the module's own addresses */
	const char *name;	  /* a path, "" for the program */
	const ElfW(Dyn) *dynamic; /* NULL if it has none */
};

/*
 * Calls look for each module, in the order of loading, until it returns true. Returns whether it did.
 * Takes the dynamic linker's lock, so that none goes meanwhile: not for signal handlers, nor for
 * reports. No heap request.
 *
 * In the child of a fork() it takes no lock: a thread that the child does not have may have held it.
 * A module that another thread of the child unloads meanwhile is then not safe to look at.
 */
bool pl_loaded_each(bool (*look)(const struct pl_loaded *module, void *argument), void *argument);

/* In the child of a fork. */
void pl_loaded_fork_child(void);

#endif
