/* SPDX-License-Identifier: MIT */
/*
 * The loaded object that an address lies in: object.c asks glibc, object_musl.c musl.
 */
#ifndef PL_OBJECT_H
#define PL_OBJECT_H

#include "base.h"

#include <link.h>

/*
 * Fills l_addr, l_name ("" for the program) and l_ld, whose addresses may not be relocated, and
 * returns true if there is such an object. Heap: none. Locks: glibc: none; musl: the dynamic
 * linker's, to read.
 */
bool pl_object_find(const void *address, struct link_map *map);

#endif
