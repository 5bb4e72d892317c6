/* SPDX-License-Identifier: MIT */
/*
 * The calls of the backend that the profile has to hear of. A block leaves the profile before the
 * allocator gets it back: another thread may be given it right then. It must not know what is
 * recorded. thread: the caller's record, NULL if it has none.
 */
#ifndef PL_RECORDED_H
#define PL_RECORDED_H

#include "backend/backend.h"
#include "profile/profile.h"
#include "reaction/violation.h"

/* A request was served with a block, or failed with NULL. */
PL_INLINE void pl_recorded_result(struct pl_thread *thread, const struct pl_request *request,
				  const void *block)
{
	if (pl_profile_is_on() && block != NULL)
		pl_profile_allocated(thread, request->function, request->size, block,
				     request->caller);
}

/* Gives a block back by a function. */
PL_INLINE void pl_recorded_release(struct pl_thread *thread, void *block,
				   void (*release)(void *block))
{
	struct pl_profile_held held;

	if (!pl_profile_is_on()) {
		release(block);
		return;
	}
	held = pl_profile_take(block);
	release(block);
	pl_profile_freed(thread, block, &held);
}

/*
 * The old block is freed and the new one, of which pl_recorded_result() tells, is born: whether the
 * allocator moved it or not.
 */
PL_INLINE void *pl_recorded_realloc(struct pl_thread *thread, void *block, size_t size)
{
	struct pl_profile_held held;
	void *moved;

	if (!pl_profile_is_on())
		return pl_backend_realloc(block, size);
	held = pl_profile_take(block);
	moved = pl_backend_realloc(block, size);
	if (moved != NULL || (size == 0 && pl_backend_realloc_frees()))
		pl_profile_freed(thread, block, &held);
	else
		pl_profile_kept(block, &held);
	return moved;
}

#endif
