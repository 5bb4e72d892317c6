/* SPDX-License-Identifier: MIT */
/* The functions that modules export, by their addresses. */
#ifndef PL_EXPORTED_H
#define PL_EXPORTED_H

#include "stack/dynamic.h"

/*
 * Gives the modules that are loaded at the start of the process room for an index. Once, from the
 * constructor.
 */
void pl_exported_start(void);

/*
 * Returns the function of a module that an address of the module's own lies in, or NULL. As
 * pl_symbols_find(); time: linear in the symbols of a module that was loaded later.
 */
const ElfW(Sym) *pl_exported_find(const struct pl_dynamic *dynamic, uintptr_t address);

#endif
