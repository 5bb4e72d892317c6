/* SPDX-License-Identifier: MIT */
/*
 * musl offers no moment before main(): its constructors run inside __libc_start_main(), which goes
 * on to main(). So the program's reference to it, which before_main.c changes, was already used.
 * Callers are told so.
 */
#include "life/before_main.h"

bool pl_before_main(void (*function)(void))
{
	(void)function;
	return false;
}
