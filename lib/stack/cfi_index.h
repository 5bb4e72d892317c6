/* SPDX-License-Identifier: MIT */
/* An index for unwind tables that have none. */
#ifndef PL_CFI_INDEX_H
#define PL_CFI_INDEX_H

#include "common/base.h"

/*
 * Makes an index of the program's tables if the linker made none, as happens for static programs.
 * Once, from the constructor, after pl_symtab_start(); maps memory for it.
 */
void pl_cfi_index_start(void);

#endif
