/* SPDX-License-Identifier: MIT */
/*
 * The way of one request: gate, account, backend. The inline functions are the hot path. It counts
 * before it calls the backend, so it can end in a jump there. Everything that needs a second look
 * is in request.c.
 *
 * Every function that returns NULL has set errno: to ENOMEM, unless its comment says otherwise.
 * caller is PL_CALLER() of the entry point.
 */
#ifndef PL_REQUEST_H
#define PL_REQUEST_H

#include "backend/backend.h"
#include "common/base.h"
#include "thread/hot.h"
#include "thread/phase.h"

void *pl_request_allocate(const char *function, size_t size, const void *caller);
void *pl_request_zeroed(const char *function, size_t size, const void *caller);
/* With an unusual alignment (contract.h), errno is the backend's, and a failure is not counted. */
void *pl_request_aligned(const char *function, enum pl_aligned kind, size_t alignment, size_t size,
			 const void *caller);
void *pl_request_realloc(const char *function, void *block, size_t size,
			 const void *caller); /* block not NULL */
void pl_request_release(const char *function, void *block, const void *caller);

/*
 * A request for more bytes than size_t can hold. It is judged like any other, but not counted
 * otherwise, because it never reaches the allocator. alignment and old are 0 if the function has
 * none. Returns NULL.
 */
void *pl_request_overflow(const char *function, size_t alignment, void *old, const void *caller);

/* For an entry point that makes no request: returns whether this call is a probe, and notes it. */
bool pl_request_probe(void);

/*
 * Returns whether this thread's last request that returned NULL was forbidden, not short of memory.
 */
bool pl_request_was_denied(void);

/* Makes frees in a locked phase violations too. From the constructor. */
void pl_request_forbid_free(bool forbid);

/*
 * One branch asks the gate and the phase together. In INIT the phase word leads to the thread's own
 * words, which are closed if the gate is. In other phases it leads to words that are always closed.
 */
PL_INLINE void *pl_request_malloc(const char *function, size_t size)
{
	if (PL_UNLIKELY(!pl_hot_allocate(pl_phase_place(), size)))
		return pl_request_allocate(function, size, PL_CALLER());
	return pl_backend_malloc(size);
}

PL_INLINE void pl_request_free(const char *function, void *block)
{
	if (PL_UNLIKELY(!pl_hot_release(pl_phase_place(), block))) {
		pl_request_release(function, block, PL_CALLER());
		return;
	}
	pl_backend_free(block);
}

#endif
