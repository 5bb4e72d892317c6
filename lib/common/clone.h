/* SPDX-License-Identifier: MIT */
/*
 * Names of functions as people write them: a compiler may name a copy of f() that it made for
 * itself f.constprop.0.
 */
#ifndef PL_CLONE_H
#define PL_CLONE_H

#include "common/base.h"

/*
 * Returns the length of a symbol's name without what compilers append for their copies and parts of
 * a function. Pure: any thread, signal handlers too; no heap request.
 */
size_t pl_clone_base(const char *name);

#endif
