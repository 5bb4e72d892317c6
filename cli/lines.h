/* SPDX-License-Identifier: MIT */
/* Lines and inlined functions, by the debug information of a module. */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include "symbols.h"

#include <elfutils/libdwfl.h>

/*
 * Fills in the functions at an address of the module, which is of an instruction itself. What the
 * debug information does not name has the name of place->symbol.
 */
void lines_find(Dwfl_Module *module, Dwarf_Addr address, struct symbols_place *place);

#endif
