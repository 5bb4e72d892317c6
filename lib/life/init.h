/* SPDX-License-Identifier: MIT */
/* The start of the library. */
#ifndef PL_INIT_H
#define PL_INIT_H

#include "common/base.h"

/*
 * The part that has to come before other libraries' constructors, in a program that the library is
 * linked into. Before all constructors.
 */
void pl_init_linked(void);

#endif
