/* SPDX-License-Identifier: MIT */
/* All loaded modules, one after the other. */
#ifndef PL_LOADED_H
#define PL_LOADED_H

#include "common/base.h"
#include "stack/chain.h"

/*
 * Calls look for each module, in the order of loading, until it returns true. Returns whether it
 * did. Takes the dynamic linker's lock, so that no module goes meanwhile: not for signal handlers,
 * nor for reports. No heap request.
 *
 * In two cases it takes no lock, and calls nothing that another library may have put a function of
 * its own in front of: until the library has started, when there is one thread; and in the child of
 * a fork(), where a thread that the child does not have may have held the lock. If another thread
 * of such a child unloads a module meanwhile, it is not safe to look at that.
 */
bool pl_loaded_each(bool (*look)(const struct pl_loaded *module, void *argument), void *argument);

/* To be called when the library has started. */
void pl_loaded_started(void);

/* To be called in the child of a fork(). */
void pl_loaded_fork_child(void);

#endif
