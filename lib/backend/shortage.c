/* SPDX-License-Identifier: MIT */
/*
 * Passes the news of a failed request upwards: the backend lies below the threads and must not know
 * of them. docs/decisions/0017-words-with-a-sign.md says what it is for.
 */
#include "backend/shortage.h"

#include <stdatomic.h>

/* Any thread writes it, always the same value. A thread reads it only after writing it: relaxed. */
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
