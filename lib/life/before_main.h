/* SPDX-License-Identifier: MIT */
/* The moment before main(). */
#ifndef PL_BEFORE_MAIN_H
#define PL_BEFORE_MAIN_H

#include "common/base.h"

/*
 * Arranges for function to be called just before the program's main(), with the place in libc that
 * main() is called from, where call stacks that are taken in it begin. Returns false if it cannot:
 * the program does not start through __libc_start_main() of a shared libc. From the constructor of
 * a library that is loaded at start.
 */
bool pl_before_main(void (*function)(const void *caller));

#endif
