/* SPDX-License-Identifier: MIT */
/*
 * The environment that this process hands on. Both functions are for the constructor, before there
 * is a second thread.
 */
#ifndef PL_ENVIRONMENT_H
#define PL_ENVIRONMENT_H

#include "common/base.h"

/*
 * Removes a variable in place. unsetenv() does the same, but under a lock that a fork can leave
 * held.
 */
void pl_environment_remove(const char *name);

/* Undoes what `phaselock run` did to LD_PRELOAD: takes the library off its front. */
void pl_environment_restore_preload(void);

#endif
