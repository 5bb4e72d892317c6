/* SPDX-License-Identifier: MIT */
/*
 * Under musl the moment before main() cannot be had: constructors run inside of the very
 * __libc_start_main() that goes on to main(), so the program's reference to it, which start.c
 * changes, was used already. Who asks is told so.
 */
#include "life/before_main.h"

bool pl_before_main(void (*function)(void))
{
	(void)function;
	return false;
}
