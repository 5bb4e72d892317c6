/* SPDX-License-Identifier: MIT */
/*
 * Names of functions as people write them: a compiler calls the copy of copy_of() that it made for
 * itself copy_of.constprop.0.
 */
#ifndef PL_CLONE_H
#define PL_CLONE_H

#include "common/base.h"

/*
 * Returns how long a symbol's name is without what compilers append to the names of their copies
 * and parts of a function. Pure: any thread, signal handlers too; no heap request.
 */
size_t pl_clone_base(const char *name);

#endif
