/* SPDX-License-Identifier: MIT */
/*
 * The backend lies below the threads and must not know of them; what it finds out goes up by this.
 * docs/decisions/0013-exact-failures.md says what for.
 */
#include "shortage.h"

static void (*listener)(void); /* written by the constructor, read by any thread */

void pl_shortage_tell(void (*function)(void))
{
	listener = function;
}

void pl_shortage(void)
{
	if (listener != NULL)
		listener();
}
