/* SPDX-License-Identifier: MIT */
/*
 * The functions of the allocator that the process would have had: where each of them is. For the
 * backends over it, backend_system.c and backend_musl.c; a library has one of the two. It must not
 * know how a function is looked for, nor when.
 */
#ifndef PL_NEXT_H
#define PL_NEXT_H

#include "common/base.h"
#include "common/os.h"

#include <stdatomic.h>

/*
 * The first threads store these, relaxed, all with the same values, and then set found. Others load
 * them after that.
 */
static struct {
	void *(*_Atomic malloc)(size_t);
	void (*_Atomic free)(void *);
	void *(*_Atomic calloc)(size_t, size_t);
	void *(*_Atomic realloc)(void *, size_t);
	int (*_Atomic posix_memalign)(void **, size_t, size_t);
	void *(*_Atomic aligned_alloc)(size_t, size_t);
	void *(*_Atomic memalign)(size_t, size_t);
	void *(*_Atomic valloc)(size_t);
	void *(*_Atomic pvalloc)(size_t);
	size_t (*_Atomic usable_size)(void *);
} next;
static _Atomic bool found; /* stored with release, loaded with acquire */

#define NEXT(function) atomic_load_explicit(&next.function, memory_order_relaxed)

/* Stores the address of a function. NULL ends the process: there is no allocator to call. */
#define NEXT_IS(function, place)                                                                   \
	atomic_store_explicit(&next.function, (__typeof__(NEXT(function)))next_or_end(place),      \
			      memory_order_relaxed)

static inline void *next_or_end(void *place)
{
	static const char message[] = "phaselock: the process has no allocator behind the library: "
				      "link it dynamically, with a libc\n";

	if (place == NULL) {
		pl_os_write_stderr(message, sizeof(message) - 1, PL_OS_LAST_WORDS_MS);
		pl_os_abort();
	}
	return place;
}

static inline bool next_is_found(void)
{
	return atomic_load_explicit(&found, memory_order_acquire);
}

static inline void next_set_found(void)
{
	atomic_store_explicit(&found, true, memory_order_release);
}

#endif
