/* SPDX-License-Identifier: MIT */
/* Which loaded module, and which exported function in it, an address of code belongs to. */
#ifndef PL_MODULE_H
#define PL_MODULE_H

#include "common/base.h"

struct pl_place {
	const char *module;   /* file name without folders, NULL if the address is in none */
	const char *path;     /* the whole name of the file */
	uintptr_t offset;     /* from where the module was loaded, as addr2line takes it */
	const char *function; /* name of the function around it, NULL if unknown */
	uintptr_t function_offset;
	const unsigned char *build_id; /* NULL if the module has none */
	size_t build_id_size;
};

/*
 * Finds the place of a return address. Any thread, signal handlers too; takes no lock of the
 * dynamic linker and makes no heap request. Where libc has no _dl_find_object() (before glibc 2.35)
 * it finds nothing. The module must stay loaded as long as the place is used, so this is for frames
 * of this thread's stack. For others there is kept.h.
 */
void pl_module_find(const void *address, struct pl_place *place);

/*
 * The same in two steps: first all but the function, then the function, which takes a search
 * through the symbols.
 */
void pl_module_find_file(const void *address, struct pl_place *place);
void pl_module_find_function(const void *address, struct pl_place *place);

/*
 * Returns the file name of the first module in a call stack that is no C or C++ run-time library.
 * NULL if there is none, or if a frame before it is in no module. As pl_module_find(), and quicker.
 */
const char *pl_module_origin(void *const *frames, unsigned count);

/*
 * Returns an exported function of the first loaded library whose file name begins with `library`,
 * or NULL. No heap request, but it takes the dynamic linker's lock: not for signal handlers, nor
 * for reports.
 */
void *pl_module_function(const char *library, const char *function);

/* Finds the path of the program, once, at the start. */
void pl_module_start(void);

/*
 * Finds the place of a frame. pl_module_find() is for frames of this thread's stack as it is now.
 * pl_kept_find() is for all others, whose module may have been unloaded, or may be at this moment.
 */
typedef void pl_find_place(const void *frame, struct pl_place *place);

#endif
