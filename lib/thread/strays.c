/* SPDX-License-Identifier: MIT */
/*
 * One record for all threads that have none; any of them adds to it. What a thread frees before it
 * has a record is also kept in the thread's own memory, so that it can be moved to its record
 * later. It must not know why a thread has none.
 */
#include "thread/strays.h"

#include <stdatomic.h>

/* More than libc frees at a thread's end, unless it clears its cache of stacks. */
#define MANY 32

struct pl_thread pl_strays = {.shared = true};

/* What the calling thread freed. */
static _Thread_local struct {
	uint64_t deallocations;
	uint64_t locked_deallocations;
	uint64_t bytes;
} strayed;

static void add_deallocations(uint64_t number, uint64_t locked, uint64_t bytes)
{
	pl_record_add(&pl_strays, &pl_strays.deallocations, number);
	pl_record_add(&pl_strays, &pl_strays.locked_deallocations, locked);
	__atomic_fetch_add(&pl_strays.bytes_last[1], bytes, __ATOMIC_RELAXED);
}

void pl_strays_allocation(size_t requested)
{
	pl_record_add(&pl_strays, &pl_strays.allocations, 1);
	pl_record_add(&pl_strays, &pl_strays.bytes_requested, requested);
}

void pl_strays_deallocation(size_t bytes, bool locked)
{
	strayed.deallocations++;
	strayed.locked_deallocations += locked;
	strayed.bytes += bytes;
	add_deallocations(1, locked, bytes);
}

bool pl_strays_are_many(void)
{
	return strayed.deallocations >= MANY;
}

void pl_strays_bring_home(struct pl_thread *thread)
{
	pl_counter_add(&thread->deallocations, strayed.deallocations);
	pl_counter_add(&thread->locked_deallocations, strayed.locked_deallocations);
	thread->bytes_before[1] += strayed.bytes;
	add_deallocations(-strayed.deallocations, -strayed.locked_deallocations, -strayed.bytes);
	strayed.deallocations = 0;
	strayed.locked_deallocations = 0;
	strayed.bytes = 0;
}

void pl_strays_sum(struct pl_counts *sum)
{
#define ADD(name) sum->name += pl_counter_read(&pl_strays.name);
	PL_FLOWS_IN_WORDS(ADD)
	PL_FLOWS_IN_RECORD(ADD)
	PL_PARTS_IN_RECORD(ADD)
#undef ADD
	sum->bytes_deallocated += __atomic_load_n(&pl_strays.bytes_last[1], __ATOMIC_RELAXED);
}
