/* SPDX-License-Identifier: MIT */
/* Which file the program is. */
#ifndef PL_EXECUTABLE_H
#define PL_EXECUTABLE_H

#include "common/base.h"

/*
 * Writes the whole path of the program to path, terminated and cut to size; "" if it is not known.
 * Without /proc it is the file that the kernel, or a dynamic linker started by its name, says it
 * has loaded. From the constructor, or before it.
 */
void pl_executable_find(char *path, size_t size);

#endif
