/* SPDX-License-Identifier: MIT */
/*
 * What the hooks of this folder share: the request that each makes before it does its work, as the
 * tools do that note each call in a list or look something up. Each hook is a preload of its own.
 */
#ifndef HOOK_H
#define HOOK_H

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NOTE 1000

/*
 * A hook that is called from within its own request does its work alone. Volatile: libc says of
 * malloc() that it calls nobody back, and a compiler may believe it.
 */
static __thread volatile int inside;

static inline void ask_for_memory(void)
{
	int saved = errno;
	void *volatile block;

	if (inside)
		return;
	inside = 1;
	block = malloc(NOTE);
	if (block != NULL)
		memset(block, 0xAA, NOTE);
	free(block);
	inside = 0;
	errno = saved;
}

/*
 * Declares next: the next definition of this function in the order of the dynamic linker, or NULL.
 */
#define FIND_NEXT(name)                                                                            \
	static __typeof__(&(name)) volatile next;                                                  \
                                                                                                   \
	if (next == NULL)                                                                          \
	next = __extension__(__typeof__(&(name))) dlsym(RTLD_NEXT, #name)

#endif
