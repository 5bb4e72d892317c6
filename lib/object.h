/* SPDX-License-Identifier: MIT */
/*
 * The loaded object that an address lies in: object.c asks glibc, object_musl.c musl.
 */
#ifndef PL_OBJECT_H
#define PL_OBJECT_H

#include "base.h"

#include <link.h>

struct pl_object {
	uintptr_t base;		  /* what is added to the object's own addresses */
	const char *name;	  /* a path, "" for the program */
	const ElfW(Dyn) *dynamic; /* its addresses may not be relocated; NULL if there is none */
	const ElfW(Phdr) *headers;
	size_t header_count; /* 0 if they are not known */
};

/*
 * Returns whether there is such an object. Heap: none. Locks: glibc: none; musl: the dynamic
 * linker's, to read.
 */
bool pl_object_find(const void *address, struct pl_object *object);

#endif
