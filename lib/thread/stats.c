/* SPDX-License-Identifier: MIT */
/*
 * Sums the records of threads into the public statistics. It must not know how they were counted.
 */
#include "thread/stats.h"

#include "common/channel.h"
#include "common/sized.h"
#include "record/image.h"
#include "thread/owner.h"
#include "thread/phase.h"
#include "thread/thread.h"

#include <stdatomic.h>

/*
 * The flows of the process at the last reset: baselines[resets % 2]. Under the registry's lock. A
 * reset fills the other one first, so that a child of fork() always finds a whole one.
 */
static struct phaselock_stats baselines[2];
static unsigned resets;

/*
 * What `phaselock run` has been told. Under the registry's lock; starts anew in a child of fork().
 */
static struct phaselock_stats published;

/* A negative level can only be a snapshot that saw a free before its malloc. */
static uint64_t level(uint64_t taken, uint64_t returned)
{
	return taken > returned ? taken - returned : 0;
}

static void fill(struct phaselock_stats *stats, const struct pl_counts *counts, uint64_t threads)
{
	*stats = (struct phaselock_stats){
		.live_allocations = level(counts->allocations,
					  counts->failed_allocations + counts->deallocations),
		.live_bytes = level(counts->bytes_allocated, counts->bytes_deallocated),
		.threads = threads,
		.phase = (uint64_t)pl_phase_name(),
	};
#define COPY(name) stats->name = counts->name;
	PL_FLOWS(COPY)
#undef COPY
	stats->failed_allocations += counts->failed_reallocations;
}

/* Under the registry's lock. */
static void sum(struct phaselock_stats *stats)
{
	struct pl_counts counts;
	uint64_t threads = pl_thread_sum(&counts);

	fill(stats, &counts, threads);
}

/* For each flow end minus begin; the levels are end's. */
static struct phaselock_stats difference(const struct phaselock_stats *begin,
					 const struct phaselock_stats *end)
{
	struct phaselock_stats delta = *end;

#define SUBTRACT(name) delta.name -= begin->name;
	PL_FLOWS(SUBTRACT)
#undef SUBTRACT
	return delta;
}

void phaselock_stats_delta_sized(struct phaselock_stats *out, const struct phaselock_stats *begin,
				 const struct phaselock_stats *end, size_t size)
{
	struct phaselock_stats from, to;

	pl_sized_copy(&from, sizeof(from), begin, size);
	pl_sized_copy(&to, sizeof(to), end, size);
	to = difference(&from, &to);
	pl_sized_copy(out, size, &to, sizeof(to));
}

void pl_stats_publish(bool locked)
{
	struct phaselock_stats now, done;
	struct pl_os_signals before;

	pl_thread_lock(&before);
	sum(&now);
	done = difference(&published, &now);
	pl_channel_add(&done, locked);
	pl_image_counts(&done, locked);
	published = now;
	pl_thread_unlock(&before);
}

void pl_stats_publish_nothing(void)
{
	struct pl_os_signals before;

	pl_thread_lock(&before);
	sum(&published);
	pl_thread_unlock(&before);
}

void phaselock_get_stats(struct phaselock_stats *out, size_t out_size)
{
	struct phaselock_stats now, stats;
	struct pl_os_signals before;

	pl_thread_lock(&before);
	sum(&now);
	stats = difference(&baselines[resets % 2], &now);
	pl_thread_unlock(&before);
	pl_sized_copy(out, out_size, &stats, sizeof(stats));
}

void phaselock_reset_stats(void)
{
	struct pl_os_signals before;

	pl_thread_lock(&before);
	sum(&baselines[(resets + 1) % 2]);
	atomic_signal_fence(memory_order_seq_cst);
	resets++;
	pl_thread_unlock(&before);
}

void phaselock_get_thread_stats(struct phaselock_stats *out, size_t out_size)
{
	const struct pl_thread *thread = pl_thread_self();
	struct phaselock_stats begin, now, stats = {0};
	struct pl_counts counts;

	if (thread != NULL) {
		pl_owner_counts(thread, &counts);
		fill(&now, &counts, 1);
		fill(&begin, &thread->start, 1);
		stats = difference(&begin, &now);
		/* Blocks that earlier owners of the record left alive are not this thread's. */
		stats.live_allocations =
			level(stats.allocations, counts.failed_allocations -
							 thread->start.failed_allocations +
							 stats.deallocations);
		stats.live_bytes = level(stats.bytes_allocated, stats.bytes_deallocated);
	}
	pl_sized_copy(out, out_size, &stats, sizeof(stats));
}
