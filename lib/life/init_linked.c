/* SPDX-License-Identifier: MIT */
/*
 * The first part of the start, in a program that the library is linked into. A shared library is
 * set up first because it is linked with -z initfirst. A program has an array for that, whose
 * functions run before all constructors. It must not know what is done first.
 */
#include "life/init.h"

__attribute__((section(".preinit_array"), used)) static void (*const first)(void) = pl_init_linked;
