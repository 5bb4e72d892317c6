/* SPDX-License-Identifier: MIT */
/*
 * Where a record's counts are: in its owner's memory while the owner runs, in the record itself
 * before and after. It must not know which records there are.
 *
 * Moving them takes several stores, and the child of a fork() may find only some of them done. So a
 * copy of the record is kept meanwhile.
 */
#include "thread/owner.h"

#include "thread/gate.h"
#include "thread/hot.h"
#include "thread/strays.h"

#include <stdatomic.h>

/* Stands for the owner's memory when there is no owner: closed, so the record holds the counts. */
static const struct pl_hot_words no_words;

/* Under the registry's lock. */
static struct {
	_Atomic(struct pl_thread *) record; /* the one being changed, or NULL */
	struct pl_thread before;
} change;

/* Only the caller writes to the record: it is the caller's own, or has no owner. */
static void begin_change(struct pl_thread *thread)
{
	change.before = *thread;
	/*
	 * seq_cst and the fence: the copy comes before this store, every change to the record after
	 * it.
	 */
	atomic_store_explicit(&change.record, thread, memory_order_seq_cst);
	atomic_thread_fence(memory_order_seq_cst);
}

static void end_change(void)
{
	/* release: the record is whole before this */
	atomic_store_explicit(&change.record, NULL, memory_order_release);
}

void pl_owner_undo(void)
{
	struct pl_thread *thread = atomic_load_explicit(&change.record, memory_order_relaxed);

	if (thread != NULL)
		*thread = change.before;
	end_change();
}

void pl_owner_counts(const struct pl_thread *thread, struct pl_counts *counts)
{
	const struct pl_hot_words *words = thread->words;

	counts->allocations = pl_gate_count(&words->allocations, &thread->allocations);
	counts->deallocations = pl_gate_count(&words->deallocations, &thread->deallocations);
	counts->bytes_requested = pl_counter_read(&thread->bytes_requested) +
				  pl_counter_read(&words->bytes_requested);
	counts->bytes_allocated = thread->bytes_before[0] +
				  __atomic_load_n(thread->bytes.allocated, __ATOMIC_RELAXED);
	counts->bytes_deallocated = thread->bytes_before[1] +
				    __atomic_load_n(thread->bytes.deallocated, __ATOMIC_RELAXED);
#define READ(name) counts->name = pl_counter_read(&thread->name);
	PL_FLOWS_IN_RECORD(READ)
	PL_PARTS_IN_RECORD(READ)
#undef READ
}

/* Makes the counts of an earlier owner the record's own. */
static void end_with(struct pl_thread *thread)
{
	thread->bytes_before[0] += thread->bytes_last[0];
	thread->bytes_before[1] += thread->bytes_last[1];
	thread->bytes_last[0] = 0;
	thread->bytes_last[1] = 0;
	pl_owner_counts(thread, &thread->start);
	thread->exiting = false;
	thread->gone = false;
	thread->scopes = 0;
	thread->watch = NULL;
	atomic_store_explicit(&thread->watching, 0, memory_order_relaxed);
}

void pl_owner_comes(struct pl_thread *thread, uint64_t id, const struct pl_backend_bytes *bytes)
{
	begin_change(thread);
	if (thread->words == &no_words)
		end_with(thread);
	thread->id = id;
	thread->bytes = *bytes;
	thread->words = &pl_hot.own;
	/*
	 * The backend may have counted bytes of this thread before we did: they are no flow of
	 * ours.
	 */
	thread->bytes_before[0] -= *bytes->allocated;
	thread->bytes_before[1] -= *bytes->deallocated;
	pl_strays_bring_home(thread);
	end_change();
}

bool pl_owner_has_left(const struct pl_thread *thread)
{
	return thread->words == &no_words;
}

void pl_owner_leaves(struct pl_thread *thread, bool is_self)
{
	const struct pl_hot_words *words = thread->words;

	/* Each of these two alone leaves the record whole. */
	thread->exiting = true;
	if (is_self)
		pl_gate_set(thread);
	begin_change(thread);
	thread->watch = NULL; /* it may lie on the owner's stack, which goes away */
	atomic_store_explicit(&thread->allocations,
			      pl_gate_count(&words->allocations, &thread->allocations),
			      memory_order_relaxed);
	atomic_store_explicit(&thread->deallocations,
			      pl_gate_count(&words->deallocations, &thread->deallocations),
			      memory_order_relaxed);
	pl_counter_add(&thread->bytes_requested, pl_counter_read(&words->bytes_requested));
	thread->words = &no_words;
	thread->bytes_last[0] = *thread->bytes.allocated;
	thread->bytes_last[1] = *thread->bytes.deallocated;
	thread->bytes.allocated = &thread->bytes_last[0];
	thread->bytes.deallocated = &thread->bytes_last[1];
	end_change();
}
