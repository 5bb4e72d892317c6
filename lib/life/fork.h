/* SPDX-License-Identifier: MIT */
/* The library and fork(). From the constructor, while the process has one thread. */
#ifndef PL_FORK_H
#define PL_FORK_H

#include "common/base.h"

/*
 * Makes the allocator set itself up and register its fork() handlers before any other library
 * registers some. Then the others' handlers run while the allocator's locks are open. Later calls
 * do nothing.
 */
void pl_fork_start(void);

/* For a copy of the library that only serves another one, which does everything else. */
void pl_fork_start_beside(void);

/* Returns whether a fork() without an exec() made this process. */
bool pl_fork_is_child(void);

#endif
