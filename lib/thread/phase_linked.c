/* SPDX-License-Identifier: MIT */
/*
 * The phase word of a program that the library is linked into: there the linker knows the place of
 * thread-local storage itself, which is negative there and not far away. Not every linker knows how
 * to write it in eight bytes. It must not know what the word says.
 */
#include "thread/phase.h"

/* MACHINE: x86-64 alone: the Makefile takes phase_zero.c elsewhere. */
__asm__(PL_PHASE_VARIABLE(".long pl_hot@tpoff, -1"));
