/* SPDX-License-Identifier: MIT */
/* The libraries that a program will be started with. */
#ifndef CLI_NEEDED_H
#define CLI_NEEDED_H

#include "common/base.h"

/*
 * Calls take with the path of each library that the dynamic linker would load for a program now, as
 * ldd(1) lists them. Nothing of the program runs. Takes at most two seconds.
 */
void needed_each(const char *program, void (*take)(const char *path, void *argument),
		 void *argument);

#endif
