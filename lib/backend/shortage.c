/* SPDX-License-Identifier: MIT */
/*
 * The backend lies below the threads and must not know of them; what it finds out goes up by this.
 * docs/decisions/0017-words-with-a-sign.md says what for.
 */
#include "backend/shortage.h"

#include <stdatomic.h>

/* Written by any thread, with the same value; read by those that wrote it before. */
static void (*_Atomic listener)(void);

void pl_shortage_tell(void (*function)(void))
{
	atomic_store_explicit(&listener, function, memory_order_relaxed);
}

void pl_shortage(void)
{
	void (*function)(void) = atomic_load_explicit(&listener, memory_order_relaxed);

	if (function != NULL)
		function();
}
