/* SPDX-License-Identifier: MIT */
/* The functions that modules export, by their addresses. */
#ifndef PL_EXPORTED_H
#define PL_EXPORTED_H

#include "stack/dynamic.h"
#include "stack/symbols.h"

/*
 * Makes room for an index for each module that is loaded at the start of the process. Once, from
 * the constructor.
 */
void pl_exported_start(void);

/* Returns the symbols of a module as a table without an index. */
struct pl_symbols pl_exported_table(const struct pl_dynamic *dynamic);

/*
 * Returns the function of a module that contains an address, relative to the module's base; or
 * NULL. As pl_symbols_find(); time: linear in the symbols of a module that was loaded later.
 */
const ElfW(Sym) *pl_exported_find(const struct pl_dynamic *dynamic, uintptr_t address);

#endif
