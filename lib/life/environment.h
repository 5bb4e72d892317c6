/* SPDX-License-Identifier: MIT */
/*
 * The environment that this process hands on. Both are for the constructor, before there is a
 * second thread.
 */
#ifndef PL_ENVIRONMENT_H
#define PL_ENVIRONMENT_H

#include "common/base.h"

/*
 * Removes a variable in place: unsetenv() would do the same, but under a lock that a fork can leave
 * held.
 */
void pl_environment_remove(const char *name);

/* `phaselock run` put the library in front of what was preloaded before: takes it off again. */
void pl_environment_restore_preload(void);

#endif
