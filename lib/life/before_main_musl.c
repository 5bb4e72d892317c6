/* SPDX-License-Identifier: MIT */
/*
 * musl has no moment before main(): its constructors run inside __libc_start_main(), which goes on
 * to main(). So the program's reference to that function, which before_main.c would change, has
 * already been used. Callers are told so.
 */
#include "life/before_main.h"

bool pl_before_main(void (*function)(const void *caller))
{
	(void)function;
	return false;
}
