/* SPDX-License-Identifier: MIT */
#include "request/count.h"

#include "thread/gate.h"
#include "thread/hot.h"
#include "thread/phase.h"

static void set_holding(struct pl_thread *thread, bool holding)
{
	if (PL_LIKELY(thread->holding == holding))
		return;
	thread->holding = holding;
	pl_gate_set(thread);
}

void pl_count_let_go(struct pl_thread *thread)
{
	if (pl_phase_is_locked())
		return;
	pl_backend_let_go();
	set_holding(thread, false);
}

/* The gate stays closed while we count: a handler's request may let pages go, which opens it. */
void pl_count_allocation(struct pl_thread *thread, size_t size)
{
	bool before;

	pl_count_let_go(thread);
	if (pl_hot_allocate(pl_hot_own_place(), size))
		return;
	before = pl_gate_stay_closed(thread, true);
	pl_counter_increment(&thread->allocations);
	pl_counter_add(&thread->bytes_requested, size);
	pl_gate_stay_closed(thread, before);
}

void pl_count_deallocation(struct pl_thread *thread, const void *block)
{
	bool locked = pl_phase_is_locked();

	pl_count_let_go(thread);
	if (!pl_hot_release(pl_hot_own_place(), block)) {
		bool before = pl_gate_stay_closed(thread, true);

		pl_counter_increment(&thread->deallocations);
		pl_gate_stay_closed(thread, before);
	}
	if (!locked)
		return;
	pl_counter_increment(&thread->locked_deallocations);
	/*
	 * Freed pages are held back from here on, and so frees take a bounded time. The lock itself
	 * does not do this, because it may come in a signal handler.
	 */
	pl_backend_hold();
	set_holding(thread, true);
}
