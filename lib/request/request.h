/* SPDX-License-Identifier: MIT */
/*
 * The way of one request: gate, account, backend. What is inline here is the hot path, which ends
 * in a jump into the backend because it counts before it; all that needs a second look is in
 * request.c.
 *
 * Whatever returns NULL has set errno, to ENOMEM if nothing else is said. caller is PL_CALLER() of
 * the entry point.
 */
#ifndef PL_REQUEST_H
#define PL_REQUEST_H

#include "backend/backend.h"
#include "common/base.h"
#include "thread/hot.h"
#include "thread/phase.h"

void *pl_request_allocate(const char *function, size_t size, const void *caller);
void *pl_request_zeroed(const char *function, size_t size, const void *caller);
/*
 * If its alignment is not usual (contract.h) errno is the backend's, and a failure is not counted.
 */
void *pl_request_aligned(const char *function, enum pl_aligned kind, size_t alignment, size_t size,
			 const void *caller);
void *pl_request_realloc(const char *function, void *block, size_t size,
			 const void *caller); /* block not NULL */
void pl_request_release(const char *function, void *block, const void *caller);

/*
 * A request of a size that no number holds: judged as any other, and counted in nothing else, for
 * it never comes to the allocator. alignment and old are 0 if the function has none. Returns NULL.
 */
void *pl_request_overflow(const char *function, size_t alignment, void *old, const void *caller);

/* For an entry point that makes no request: returns whether this is a probe, and notes it. */
bool pl_request_probe(void);

/*
 * For requests that another allocator serves and tells of: judges and counts, as ever. What was
 * served cannot be denied. The function is "allocation" or "deallocation": no more is known.
 */
void pl_request_heard_allocation(const void *block, size_t size,
				 const void *caller); /* NULL: failed */
void pl_request_heard_release(const void *block, const void *caller);

/*
 * Returns whether this thread's last request that returned NULL was forbidden, and so was not short
 * of memory.
 */
bool pl_request_was_denied(void);

/* Makes frees in a locked phase violations too. From the constructor. */
void pl_request_forbid_free(bool forbid);

/*
 * One branch for the gate and the phase: what the phase word leads to is closed unless the phase is
 * INIT, and then is the thread's own, which is closed if the gate is.
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
