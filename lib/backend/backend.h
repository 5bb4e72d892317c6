/* SPDX-License-Identifier: MIT */
/*
 * Where memory really comes from. Each library that make builds has one file that implements this.
 *
 * Every pointer obeys libc's contract for the function of the same name; a failure is NULL. None of
 * these judges or counts requests.
 */
#ifndef PL_BACKEND_H
#define PL_BACKEND_H

#include "common/base.h"
#include "backend/contract.h"

/* The hot path ends with a jump to one of these, so they are names of the allocator's own code. */
void *pl_backend_malloc(size_t size); /* sets errno when it fails; the others need not */
void pl_backend_free(void *block);    /* keeps errno */

void *pl_backend_calloc(size_t size);
/*
 * The alignment is the one that was asked for: the backend decides what an unusual one (contract.h)
 * does. On failure errno says why, for posix_memalign() too.
 */
void *pl_backend_aligned(enum pl_aligned function, size_t alignment, size_t size);
void *pl_backend_realloc(void *block, size_t size); /* block not NULL */
bool pl_backend_realloc_frees(void);		    /* realloc() to 0 bytes, and returns NULL */
size_t pl_backend_usable_size(const void *block);   /* block not NULL */

/*
 * Like pl_backend_free(), for a thread that the allocator keeps nothing of and must keep nothing
 * of: it may be ending, its memory about to go. Returns the usable bytes of the block.
 */
size_t pl_backend_free_apart(void *block);

/*
 * Tells the allocator that the calling thread ends, so that it forgets the thread; nothing else
 * tells it. The thread may go on making requests, and nothing is kept of those.
 */
void pl_backend_thread_end(void);

/*
 * From hold to let_go, pl_backend_free() makes no system call: pages that it could give back to the
 * kernel are kept. Both take the allocator's locks, so call them only where pl_backend_free() may
 * be called. Holding twice is holding once, and costs a load. They do nothing if the allocator
 * cannot be told to keep pages.
 */
void pl_backend_hold(void);
void pl_backend_let_go(void);

/*
 * Where the allocator counts the calling thread's usable bytes; neither number ever decreases. Both
 * lie in the thread's own memory: read them from other threads only while the thread is known to
 * live.
 */
struct pl_backend_bytes {
	const uint64_t *allocated;
	const uint64_t *deallocated;
};

/* Both are NULL if the kernel has no memory for what the allocator keeps of a new thread. */
void pl_backend_thread_bytes(struct pl_backend_bytes *bytes);

#endif
