/* SPDX-License-Identifier: MIT */
/* Sums of the process, and its peak. It must not know rows, stacks or blocks. */
#include "profile/totals.h"

/*
 * With several threads each one adds to the process's counts after so much: operations, and bytes,
 * a thousandth of what lives but within these.
 */
#define PENDING_OPERATIONS 64
#define PENDING_BYTES_LEAST 256
#define PENDING_BYTES_MOST 16384

struct pl_profile_process *pl_totals_process;

void pl_totals_begin(struct pl_profile_process *process)
{
	pl_totals_process = process;
}

static void rise_to(struct pl_profile_process *process, uint64_t live, uint64_t now_ns)
{
	uint64_t peak = pl_totals_read(&process->peak_bytes);

	while (live > peak)
		if (atomic_compare_exchange_weak_explicit(&process->peak_bytes, &peak, live,
							  memory_order_relaxed,
							  memory_order_relaxed)) {
			atomic_store_explicit(&process->peak_blocks,
					      pl_totals_read(&process->live_blocks),
					      memory_order_relaxed);
			atomic_store_explicit(&process->peak_ns, now_ns, memory_order_relaxed);
			atomic_fetch_add_explicit(&process->peak_turn, 1, memory_order_relaxed);
			return;
		}
}

void pl_totals_add(struct pl_profile_pending *pending, uint64_t now_ns)
{
	struct pl_profile_process *process = pl_totals_process;
	uint64_t bytes = pending->bytes - pending->freed_bytes;

	pl_profile_add(&process->requests, pending->requests, false);
	pl_profile_add(&process->bytes, pending->bytes, false);
	pl_profile_add(&process->frees, pending->frees, false);
	pl_profile_add(&process->freed_bytes, pending->freed_bytes, false);
	pl_profile_add(&process->live_blocks, pending->requests - pending->frees, false);
	bytes += atomic_fetch_add_explicit(&process->live_bytes, bytes, memory_order_relaxed);
	*pending = (struct pl_profile_pending){.requests = 0};
	if ((int64_t)bytes > 0)
		rise_to(process, bytes, now_ns);
}

void pl_totals_add_later(struct pl_profile_pending *pending, uint64_t now_ns)
{
	int64_t bytes = (int64_t)(pending->bytes - pending->freed_bytes);
	int64_t most = (int64_t)(pl_totals_read(&pl_totals_process->live_bytes) >> 10);

	if (most < PENDING_BYTES_LEAST)
		most = PENDING_BYTES_LEAST;
	if (most > PENDING_BYTES_MOST)
		most = PENDING_BYTES_MOST;
	if (++pending->operations >= PENDING_OPERATIONS || bytes >= most || bytes <= -most)
		pl_totals_add(pending, now_ns);
}
