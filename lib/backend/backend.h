/* SPDX-License-Identifier: MIT */
/*
 * Where memory really comes from. One file implements this for each library that make builds.
 *
 * Every pointer obeys libc's contract for the function of the same name; a failure is NULL. None of
 * these judges or counts requests.
 */
#ifndef PL_BACKEND_H
#define PL_BACKEND_H

#include "common/base.h"
#include "backend/contract.h"

/*
 * These two are reached by a jump at the end of the hot path, so they are names of the allocator's
 * own code.
 */
void *pl_backend_malloc(size_t size); /* sets errno when it fails; the others need not */
void pl_backend_free(void *block);    /* keeps errno */

void *pl_backend_calloc(size_t size);
/*
 * The alignment as it was asked for: what comes of one that is not usual (contract.h) is the
 * backend's to say. If that is a failure, errno says which, for posix_memalign() too.
 */
void *pl_backend_aligned(enum pl_aligned function, size_t alignment, size_t size);
void *pl_backend_realloc(void *block, size_t size); /* block not NULL */
bool pl_backend_realloc_frees(void);		    /* for a size of 0, and returns NULL */
size_t pl_backend_usable_size(const void *block);   /* block not NULL */

/*
 * The same as pl_backend_free() for a thread of which the allocator keeps nothing, and is to keep
 * nothing: it may be ending, its memory about to go. Returns the usable bytes of the block.
 */
size_t pl_backend_free_apart(void *block);

/*
 * Has the allocator forget what it keeps of the calling thread, which ends: it hears of that by
 * this alone. The thread may go on making requests, and nothing is kept of those.
 */
void pl_backend_thread_end(void);

/*
 * From hold to let_go, pl_backend_free() makes no system call: pages that it could give back to the
 * kernel are kept. Both take the allocator's locks, so they may be called where pl_backend_free()
 * may. Holding twice is holding once, at the price of a load. Where the allocator cannot be asked
 * for that, they do nothing.
 */
void pl_backend_hold(void);
void pl_backend_let_go(void);

/*
 * Where the allocator counts the calling thread's usable bytes, for ever increasing. Both lie in
 * the thread's own memory: read them from other threads only while the thread is known to live.
 */
struct pl_backend_bytes {
	const uint64_t *allocated;
	const uint64_t *deallocated;
};

/* Both are NULL if the kernel has no memory for what the allocator keeps of a new thread. */
void pl_backend_thread_bytes(struct pl_backend_bytes *bytes);

#endif
