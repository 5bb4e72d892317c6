/* SPDX-License-Identifier: MIT */
/*
 * One function for each call, which stays on the stack as long as the profile is written. It must
 * not know what is recorded.
 */
#include "request/recorded.h"

#include "backend/backend.h"
#include "stack/unwind.h"

/* Keeps the compiler from leaving the function before the call that it ends with. */
static inline void stay(void)
{
	__asm__ volatile("" : : : "memory");
}

void pl_recorded_tell(struct pl_thread *thread, const struct pl_request *request, const void *block)
{
	pl_profile_allocated(thread, request->function, request->size, block, request->caller);
	stay();
}

void pl_recorded_give(struct pl_thread *thread, void *block, void (*release)(void *block))
{
	struct pl_profile_held held = pl_profile_take(block);

	release(block);
	if (held.is_known || thread == NULL || !pl_gate_is_own(thread))
		pl_profile_freed(thread, block, &held);
	stay();
}

void *pl_recorded_move(struct pl_thread *thread, void *block, size_t size)
{
	struct pl_profile_held held = pl_profile_take(block);
	void *moved = pl_backend_realloc(block, size);

	if (moved != NULL || (size == 0 && pl_backend_realloc_frees()))
		pl_profile_freed(thread, block, &held);
	else
		pl_profile_kept(block, &held);
	stay();
	return moved;
}

bool pl_recorded_is_under_way(void)
{
	return pl_unwind_passes((void *)(uintptr_t)pl_recorded_tell) ||
	       pl_unwind_passes((void *)(uintptr_t)pl_recorded_give) ||
	       pl_unwind_passes((void *)(uintptr_t)pl_recorded_move);
}
