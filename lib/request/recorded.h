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
#include "thread/gate.h"

/* What follows is asked for while the profile is on. */
__attribute__((noinline)) void pl_recorded_tell(struct pl_thread *thread,
						const struct pl_request *request,
						const void *block);
__attribute__((noinline)) void pl_recorded_give(struct pl_thread *thread, void *block,
						void (*release)(void *block));
__attribute__((noinline)) void *pl_recorded_move(struct pl_thread *thread, void *block,
						 size_t size);

/*
 * Whether a signal handler that forked has interrupted one of these on this thread. In the child of
 * a fork().
 */
bool pl_recorded_is_under_way(void);

/*
 * A request was served with a block, or failed with NULL. What the library's probe has functions of
 * the program ask for, like an operator new that calls malloc, is not the program's.
 */
PL_INLINE void pl_recorded_result(struct pl_thread *thread, const struct pl_request *request,
				  const void *block)
{
	if (pl_profile_is_on() && block != NULL && (thread == NULL || !pl_gate_is_own(thread)))
		pl_recorded_tell(thread, request, block);
}

/* Gives a block back by a function. */
PL_INLINE void pl_recorded_release(struct pl_thread *thread, void *block,
				   void (*release)(void *block))
{
	if (pl_profile_is_on())
		pl_recorded_give(thread, block, release);
	else
		release(block);
}

/*
 * The old block is freed and the new one, of which pl_recorded_result() tells, is born: whether the
 * allocator moved it or not.
 */
PL_INLINE void *pl_recorded_realloc(struct pl_thread *thread, void *block, size_t size)
{
	return pl_profile_is_on() ? pl_recorded_move(thread, block, size)
				  : pl_backend_realloc(block, size);
}

#endif
