/* SPDX-License-Identifier: MIT */
/*
 * The first part of the start in a program that the library is linked into. A shared library is the
 * first to be set up because it is linked so (-z initfirst); a program has an array of its own for
 * that, which comes before all constructors. It must not know what is done first.
 */
#include "life/init.h"

__attribute__((section(".preinit_array"), used)) static void (*const first)(void) = pl_init_linked;
