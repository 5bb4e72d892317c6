/* SPDX-License-Identifier: MIT */
/*
 * The counts of the process in its profile. While it has one thread they are exact at each moment;
 * with several, each thread adds what it did after a little. For every function: any thread, signal
 * handlers too; no heap request, no lock.
 */
#ifndef PL_PROFILE_TOTALS_H
#define PL_PROFILE_TOTALS_H

#include "common/profile_layout.h"
#include "profile/counts.h"

/* What was not added to the counts of the process yet. */
struct pl_profile_pending {
	uint64_t requests, bytes, frees, freed_bytes;
	unsigned operations;
};

/* Where the process is counted. While it has one thread. */
void pl_totals_begin(struct pl_profile_process *process);

/* Adds what is pending, as at the end of a thread. */
void pl_totals_add(struct pl_profile_pending *pending, uint64_t now_ns);

/* The same with several threads, where the counts of the process may lag by a few of each. */
void pl_totals_add_later(struct pl_profile_pending *pending, uint64_t now_ns);

/* Written by pl_totals_begin(). */
extern PL_HIDDEN struct pl_profile_process *pl_totals_process;

static inline uint64_t pl_totals_read(const _Atomic uint64_t *count)
{
	return atomic_load_explicit(count, memory_order_relaxed);
}

/* A request was served. */
PL_INLINE void pl_totals_more(struct pl_profile_pending *pending, uint64_t size, uint64_t now_ns)
{
	struct pl_profile_process *process = pl_totals_process;
	uint64_t live;

	if (PL_UNLIKELY(!pl_profile_alone())) {
		pending->requests++;
		pending->bytes += size;
		pl_totals_add_later(pending, now_ns);
		return;
	}
	pl_profile_add(&process->requests, 1, true);
	pl_profile_add(&process->bytes, size, true);
	pl_profile_add(&process->live_blocks, 1, true);
	pl_profile_add(&process->live_bytes, size, true);
	live = pl_totals_read(&process->live_bytes);
	if (live <= pl_totals_read(&process->peak_bytes))
		return;
	atomic_store_explicit(&process->peak_bytes, live, memory_order_relaxed);
	atomic_store_explicit(&process->peak_blocks, pl_totals_read(&process->live_blocks),
			      memory_order_relaxed);
	atomic_store_explicit(&process->peak_ns, now_ns, memory_order_relaxed);
	pl_profile_add(&process->peak_turn, 1, true);
}

/* A block was freed. */
PL_INLINE void pl_totals_less(struct pl_profile_pending *pending, uint64_t size, uint64_t now_ns)
{
	struct pl_profile_process *process = pl_totals_process;

	if (PL_UNLIKELY(!pl_profile_alone())) {
		pending->frees++;
		pending->freed_bytes += size;
		pl_totals_add_later(pending, now_ns);
		return;
	}
	pl_profile_add(&process->frees, 1, true);
	pl_profile_add(&process->freed_bytes, size, true);
	pl_profile_add(&process->live_blocks, UINT64_MAX, true);
	pl_profile_add(&process->live_bytes, -size, true);
}

#endif
