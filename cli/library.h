/* SPDX-License-Identifier: MIT */
/*
 * Where the library is that the command puts into programs.
 */
#ifndef CLI_LIBRARY_H
#define CLI_LIBRARY_H

#include "common/base.h"

#include <limits.h>

/*
 * Finds it: the file given, or if that is NULL, the one over the allocator of that name (NULL:
 * system), beside the command's own executable, or where it is installed. Returns false after it
 * has said why there is none that can be preloaded.
 */
bool library_find(const char *given, const char *allocator, char path[PATH_MAX]);

#endif
