/* SPDX-License-Identifier: MIT */
/* Functions of a module by their names: where their code is, and that of their inlined copies. */
#ifndef CLI_FUNCTIONS_H
#define CLI_FUNCTIONS_H

#include "common/format.h"

#include <elfutils/libdwfl.h>

/*
 * Appends the functions of a module whose names match one of the patterns, a line each, as
 * lib/reaction/hot_handed.h has them, by the name that matches: for C++ the mangled one, the whole
 * one as people write it, or that without its arguments. The functions come from its symbol table,
 * from the one in its debug information, and from the debug information itself. Returns false if
 * there was no room for all of them.
 */
bool functions_list(Dwfl_Module *module, const char *patterns, struct pl_text *text);

#endif
