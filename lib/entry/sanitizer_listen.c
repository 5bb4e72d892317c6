/* SPDX-License-Identifier: MIT */
/*
 * AddressSanitizer, ThreadSanitizer and LeakSanitizer bring their own allocator and keep it. They
 * offer a pair of hooks, called after each allocation and before each deallocation. The hooks do
 * not say which function was called, and cannot deny anything. It must not know how a request is
 * judged.
 */
#include "entry/sanitizer_listen.h"

#include "thread/sanitizer_order.h"
#include "request/heard.h"

/* Of the sanitizers' runtime (<sanitizer/allocator_interface.h>). Returns 0 if there is no room. */
extern int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void *block,
									 size_t size),
						     void (*free_hook)(const volatile void *block));
#pragma weak __sanitizer_install_malloc_and_free_hooks

static bool active; /* written by the constructor, read by any thread */

static void hear_malloc(const volatile void *block, size_t size)
{
	/* ThreadSanitizer also tells of failed ones. */
	pl_heard_allocation((const void *)(uintptr_t)block, size, PL_CALLER());
}

static void hear_free(const volatile void *block)
{
	if (block != NULL)
		pl_heard_release((const void *)(uintptr_t)block, PL_CALLER());
}

void pl_sanitizer_listen_start(void)
{
	/* UndefinedBehaviorSanitizer has the function, too, but no malloc. */
	if (__sanitizer_install_malloc_and_free_hooks != NULL && pl_sanitizer_order_is_second())
		active = __sanitizer_install_malloc_and_free_hooks(hear_malloc, hear_free) != 0;
}

bool pl_sanitizer_listen_active(void)
{
	return active;
}
