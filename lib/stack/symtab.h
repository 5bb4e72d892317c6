/* SPDX-License-Identifier: MIT */
/*
 * The symbol table of the program's own file: names of functions that it does not export, static
 * ones among them, unless it was stripped.
 */
#ifndef PL_SYMTAB_H
#define PL_SYMTAB_H

#include "common/base.h"
#include "stack/symbols.h"

/*
 * Maps the program's file, once, from the constructor. If anything in it is odd, nothing is found.
 */
void pl_symtab_start(void);

/* Returns whether the object loaded at base is the program whose file is mapped. */
bool pl_symtab_is_of(uintptr_t base);

/*
 * Returns the name of the program's function that contains the call returning to offset (as in
 * lib/stack/module.h), or NULL. Sets *function_offset to where in the function offset is. As
 * pl_symbols_find().
 */
const char *pl_symtab_find(uintptr_t offset, uintptr_t *function_offset);

/* Returns the table itself, empty if there is none, and sets *base to where the program is. */
const struct pl_symbols *pl_symtab_symbols(uintptr_t *base);

/* Returns where the program's unwind tables (.eh_frame) are loaded, or NULL. */
const uint8_t *pl_symtab_unwind_tables(void);

#endif
