/* SPDX-License-Identifier: MIT */
/*
 * The phase word of a program that the library is linked into. There the linker itself knows the
 * place of thread-local storage. It is negative and near, so it is written as a 32-bit value and
 * its sign: not every linker can write it in eight bytes. It must not know what the word says.
 */
#include "thread/phase.h"

/* MACHINE: x86-64 only; the Makefile takes phase_zero.c elsewhere. */
__asm__(PL_PHASE_VARIABLE(".long pl_hot@tpoff, -1"));
