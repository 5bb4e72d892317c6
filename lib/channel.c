/* SPDX-License-Identifier: MIT */
/*
 * The guarded side of the page shared with `phaselock run`. It must not know what the command makes
 * of it.
 */
#include "channel.h"

#include "os.h"

/* Written by the constructor, before any second thread, and read by any. */
static struct pl_channel *page;

/* The process that the page counts as one; written by the constructor and in a forked child. */
static uint64_t owner;

/* What was published so far; under the registry's lock. */
static struct phaselock_stats published;

bool pl_channel_open(const char *path)
{
	struct pl_channel *mapped = pl_os_map_shared(path, sizeof(*mapped));

	if (mapped == NULL || mapped->magic != PL_CHANNEL_MAGIC)
		return false;
	page = mapped;
	owner = pl_os_process_id();
	return true;
}

struct pl_channel *pl_channel(void)
{
	return page;
}

static void add(_Atomic uint64_t *sum, uint64_t n)
{
	atomic_fetch_add_explicit(sum, n, memory_order_relaxed);
}

void pl_channel_publish(const struct phaselock_stats *now, bool locked)
{
	struct phaselock_stats delta = phaselock_stats_delta(&published, now);
	struct pl_channel_phase *sums;

	if (page == NULL)
		return;
	sums = locked ? &page->locked : &page->init;
	add(&sums->allocations, delta.allocations);
	add(&sums->reallocations, delta.reallocations);
	add(&sums->deallocations, delta.deallocations);
	add(&sums->bytes_requested, delta.bytes_requested);
	add(&sums->permitted_attempts, delta.permitted_attempts);
	published = *now;
}

void pl_channel_end(void)
{
	if (owner == pl_os_process_id())
		PL_CHANNEL_COUNT(processes_ended);
}

void pl_channel_skip(const struct phaselock_stats *now)
{
	owner = pl_os_process_id();
	published = *now;
}
