/* SPDX-License-Identifier: MIT */
/* Whether the process could put itself under a filter of system calls. */
#ifndef PL_FILTER_H
#define PL_FILTER_H

#include "common/base.h"

/*
 * Returns false if no loaded module refers to a function that installs a filter or finds functions
 * by name. libc, the C++ run-time and this library do not count. No heap request, but it takes the
 * dynamic linker's lock: from the constructor.
 */
bool pl_filter_is_possible(void);

/* The same, but finding functions by name does not count, which most large programs can. */
bool pl_filter_is_near(void);

#endif
