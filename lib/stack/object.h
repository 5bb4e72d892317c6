/* SPDX-License-Identifier: MIT */
/*
 * The loaded object that an address lies in: object.c asks glibc, object_musl.c musl.
 */
#ifndef PL_OBJECT_H
#define PL_OBJECT_H

#include "common/base.h"
#include "stack/loaded.h"

#include <link.h>

struct pl_object {
	uintptr_t base;		  /* added to the object's own addresses */
	const char *name;	  /* a path, "" for the program */
	const ElfW(Dyn) *dynamic; /* its addresses may not be relocated; NULL if there is none */
	const ElfW(Phdr) *headers;
	size_t header_count;	    /* 0 if they are not known */
	uintptr_t start, end;	    /* around its code at least: no other object lies between */
	const uint8_t *table_index; /* its PT_GNU_EH_FRAME; NULL if it has none */
	bool is_whole;		    /* all that its headers promise is certainly there */
};

/*
 * Returns whether there is such an object. Heap: none. Locks: glibc: none; musl: the dynamic
 * linker's, to read.
 */
bool pl_object_find(const void *address, struct pl_object *object);

/* Returns what is known of a module, while pl_loaded_each() visits it. */
struct pl_object pl_object_of(const struct pl_loaded *module);

/*
 * Remembers which objects there are at the start of the process: nobody can unload those. An object
 * whose headers are not known or not true counts as one that may be unloaded. Once, from the
 * constructor; takes the dynamic linker's lock.
 */
void pl_object_start(void);

/*
 * Returns whether an address lies in an object that can never be unloaded. If not, its memory may
 * be read only while something keeps the object loaded: a function of it on this thread's stack.
 */
bool pl_object_stays(const void *address);

/*
 * The same, with the object's bounds. Returns its number, from 1 to PL_OBJECT_LASTING_MAX, or 0 if
 * it may be unloaded. Fast.
 */
unsigned pl_object_lasting(uintptr_t address, uintptr_t *start, uintptr_t *end);

/* Objects beyond these count as ones that may be unloaded. */
#define PL_OBJECT_LASTING_MAX 256

/* What is known of an object without reading it. Another one may come to have the same. */
struct pl_object_trace {
	uintptr_t start, end;
	const void *table_index;
	const void *map; /* the dynamic linker's record of it */
	const char *name;
};

/* Returns whether there is an object that may be unloaded. Locks: none. Always false on musl. */
bool pl_object_trace(uintptr_t address, struct pl_object_trace *trace);

#endif
