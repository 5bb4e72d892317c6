/* SPDX-License-Identifier: MIT */
/* This process in the record of its run. It must not know what the command makes of it. */
#include "record/image.h"

#include "common/channel.h"
#include "common/os.h"

#include <string.h>

/* Written before the process has other threads. */
static struct pl_layout_image *own;
static uint32_t number;

static struct pl_layout *other; /* where they are without a run; or NULL */

void pl_image_use(struct pl_layout *record)
{
	other = record;
}

struct pl_layout_image *pl_image(void)
{
	return own;
}

uint32_t pl_image_number(void)
{
	return number;
}

/* The image whose place this one takes by exec(): of the same process, and not heard of since. */
static void end_former(struct pl_layout *record, uint32_t id)
{
	uint32_t taken = atomic_load_explicit(&record->images_taken, memory_order_relaxed);

	for (uint32_t i = taken < PL_LAYOUT_IMAGES ? taken : PL_LAYOUT_IMAGES; i > 0; i--) {
		struct pl_layout_image *image = &record->images[i - 1];

		if (atomic_load_explicit(&image->begin, memory_order_acquire) == 0 ||
		    image->id != id)
			continue;
		if (atomic_load_explicit(&image->end, memory_order_relaxed) == PL_LAYOUT_UNKNOWN)
			atomic_store_explicit(&image->end, PL_LAYOUT_EXEC, memory_order_relaxed);
		return;
	}
}

void pl_image_begin(enum pl_layout_begin begin)
{
	struct pl_layout *record = other != NULL ? other : pl_channel_record();
	uint32_t place;

	const struct pl_layout_image *former = own;

	own = NULL;
	number = 0;
	if (record == NULL)
		return;
	if (begin == PL_LAYOUT_PROGRAM)
		end_former(record, (uint32_t)pl_os_process_id());
	place = atomic_fetch_add_explicit(&record->images_taken, 1, memory_order_relaxed);
	if (place >= PL_LAYOUT_IMAGES)
		return;
	own = &record->images[place];
	number = place + 1;
	own->id = (uint32_t)pl_os_process_id();
	own->begin_ns = pl_os_monotonic_ns();
	/* In the child of a fork() no call is made that a filter of the parent's may kill for. */
	own->parent = former != NULL ? former->id : (uint32_t)pl_os_parent_id();
	if (former != NULL)
		memcpy(own->name, former->name, sizeof(own->name));
	else
		pl_os_thread_name(own->name);
	atomic_store_explicit(&own->begin, (uint32_t)begin, memory_order_release);
}

void pl_image_locked(void)
{
	uint64_t none = 0;

	if (own == NULL)
		return;
	atomic_fetch_add_explicit(&own->locks, 1, memory_order_relaxed);
	atomic_compare_exchange_strong_explicit(&own->first_locked_ns, &none, pl_os_monotonic_ns(),
						memory_order_relaxed, memory_order_relaxed);
}

void pl_image_counts(const struct phaselock_stats *done, bool locked)
{
	/* Of a child in its parent's memory nothing is counted here. */
	if (own == NULL || own->id != (uint32_t)pl_os_process_id())
		return;
	PL_IMAGE_ADD(phases[locked].allocations, done->allocations);
	PL_IMAGE_ADD(phases[locked].reallocations, done->reallocations);
	PL_IMAGE_ADD(phases[locked].deallocations, done->deallocations);
	PL_IMAGE_ADD(phases[locked].bytes_requested, done->bytes_requested);
	PL_IMAGE_ADD(phases[locked].permitted_attempts, done->permitted_attempts);
}

void pl_image_statistics(const struct phaselock_stats *stats)
{
	if (own == NULL || own->id != (uint32_t)pl_os_process_id())
		return;
#define WRITE(name) own->statistics.name = stats->name;
	PL_LAYOUT_STATISTICS(WRITE)
	atomic_store_explicit(&own->has_statistics, 1, memory_order_release);
}

void pl_image_end(enum pl_layout_end end)
{
	uint32_t unknown = PL_LAYOUT_UNKNOWN;

	if (own == NULL || own->id != (uint32_t)pl_os_process_id() ||
	    !atomic_compare_exchange_strong_explicit(&own->end, &unknown, (uint32_t)end,
						     memory_order_relaxed, memory_order_relaxed))
		return;
	atomic_store_explicit(&own->end_ns, pl_os_monotonic_ns(), memory_order_relaxed);
}

void pl_image_leave(void)
{
	pl_image_end(PL_LAYOUT_LEFT);
	own = NULL;
	number = 0;
}
