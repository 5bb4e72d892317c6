/* SPDX-License-Identifier: MIT */
/* Lines and inlined functions, by the debug information of a module. */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include "symbols.h"

#include <elfutils/libdwfl.h>

/*
 * Fills in the functions at an address of the module, which is of an instruction itself. A function
 * that the debug information does not name gets the name of place->symbol.
 */
void lines_find(Dwfl_Module *module, Dwarf_Addr address, struct symbols_place *place);

/*
 * Returns the name of a function, or NULL. The one by which the linker knows it says more than the
 * plain one: it has the types.
 */
const char *lines_name(Dwarf_Die *function);

/* Returns whether an entry with such a tag may declare functions. */
bool lines_is_container(int tag);

/*
 * With -gsplit-dwarf a unit is a stub, with the line table, of one in another file. Returns that
 * one, in *split, or the unit itself.
 */
Dwarf_Die *lines_whole_unit(Dwarf_Die *unit, Dwarf_Die *split);

#endif
