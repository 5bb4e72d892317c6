/* SPDX-License-Identifier: MIT */
/*
 * AddressSanitizer, ThreadSanitizer and LeakSanitizer bring an allocator of their own and keep it.
 * What they offer is a pair of hooks, called after each allocation and before each deallocation.
 * They do not say which function was called, and what was served cannot be denied. It must not know
 * how a request is judged.
 */
#include "entry/sanitizer_listen.h"

#include "thread/sanitizer_order.h"
#include "request/request.h"

/* Of the sanitizers' runtime (<sanitizer/allocator_interface.h>); 0 if all its places are taken. */
extern int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void *block,
									 size_t size),
						     void (*free_hook)(const volatile void *block));
#pragma weak __sanitizer_install_malloc_and_free_hooks

static bool active; /* written by the constructor, read by any thread */

static void hear_malloc(const volatile void *block, size_t size)
{
	/* ThreadSanitizer tells of those that failed too. */
	pl_request_heard_allocation((const void *)(uintptr_t)block, size, PL_CALLER());
}

static void hear_free(const volatile void *block)
{
	if (block != NULL)
		pl_request_heard_release((const void *)(uintptr_t)block, PL_CALLER());
}

void pl_sanitizer_listen_start(void)
{
	/* UndefinedBehaviorSanitizer has the function too, and no malloc. */
	if (__sanitizer_install_malloc_and_free_hooks != NULL && pl_sanitizer_order_is_second())
		active = __sanitizer_install_malloc_and_free_hooks(hear_malloc, hear_free) != 0;
}

bool pl_sanitizer_listen_active(void)
{
	return active;
}
