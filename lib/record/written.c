/* SPDX-License-Identifier: MIT */
/*
 * The sites of all processes of a run in one table: those of equal places are one, whichever
 * process they are of. As in reaction/site.c a place is filled first and then published in the
 * index by one compare-and-swap; who loses uses the winner's. It must not know what is done about
 * violations.
 */
#include "record/written.h"

#include "common/channel.h"
#include "record/image.h"
#include "record/places.h"

#include <string.h>

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash ^= value;
	hash *= 0x9e3779b97f4a7c15u; /* as in reaction/site.c */
	return hash ^ hash >> 29;
}

static uint32_t hash_of(const struct pl_layout_site *site)
{
	uint64_t hash = site->cause;

	for (size_t i = 0; i < sizeof(site->function) && site->function[i] != '\0'; i++)
		hash = mix(hash, (unsigned char)site->function[i]);
	for (size_t i = 0; i < site->frame_count; i++)
		hash = mix(hash, site->frames[i]);
	return (uint32_t)hash;
}

static bool is_same(const struct pl_layout_site *a, const struct pl_layout_site *b)
{
	return a->cause == b->cause && a->frame_count == b->frame_count &&
	       memcmp(a->frames, b->frames, b->frame_count * sizeof(b->frames[0])) == 0 &&
	       strncmp(a->function, b->function, sizeof(b->function)) == 0;
}

/* Fills a place that is in no index yet; returns its number + 1, 0 if there is none left. */
static uint32_t fill(struct pl_layout *record, const struct pl_layout_site *site)
{
	uint32_t number = atomic_load_explicit(&record->sites_taken, memory_order_relaxed);

	if (number < PL_LAYOUT_SITES)
		number = atomic_fetch_add_explicit(&record->sites_taken, 1, memory_order_relaxed);
	if (number >= PL_LAYOUT_SITES)
		return 0;
	memcpy(&record->sites[number], site, sizeof(*site));
	return number + 1;
}

static uint32_t find(struct pl_layout *record, const struct pl_layout_site *site)
{
	uint32_t at = hash_of(site), mine = 0;

	/* Bounded: a program may have scribbled over the index. */
	for (uint32_t i = 0; i < PL_LAYOUT_INDEX; i++, at++) {
		_Atomic uint32_t *place = &record->index[at & (PL_LAYOUT_INDEX - 1)];
		uint32_t present = atomic_load_explicit(place, memory_order_acquire);

		if (present == 0) {
			if (mine == 0)
				mine = fill(record, site);
			if (mine == 0)
				return 0;
			if (atomic_compare_exchange_strong_explicit(place, &present, mine,
								    memory_order_release,
								    memory_order_acquire))
				return mine;
		}
		if (present <= PL_LAYOUT_SITES && is_same(&record->sites[present - 1], site))
			return present;
	}
	return 0;
}

uint32_t pl_written_site(const struct phaselock_violation *violation)
{
	struct pl_layout *record = pl_channel_record();
	struct pl_layout_site site = {.cause = (uint8_t)violation->cause};

	if (record == NULL)
		return 0;
	site.first_ns = violation->time_ns;
	site.size = violation->size;
	site.image = pl_image_number();
	site.thread = (uint32_t)violation->thread_id;
	site.frame_count = (uint8_t)violation->frame_count;
	memcpy(site.thread_name, violation->thread_name, sizeof(site.thread_name));
	strncpy(site.function, violation->function, sizeof(site.function) - 1);
	pl_places_write(record, violation->frames, violation->frame_count, site.frames);
	return find(record, &site);
}

void pl_written_count(uint32_t number, const struct phaselock_violation *violation)
{
	struct pl_layout *record = pl_channel_record();
	struct pl_layout_site *site;

	if (record == NULL)
		return;
	PL_IMAGE_ADD(violations, 1);
	if (number == 0) {
		atomic_fetch_add_explicit(&record->sites_lost, 1, memory_order_relaxed);
		return;
	}
	site = &record->sites[number - 1];
	atomic_fetch_add_explicit(&site->bytes, violation->size, memory_order_relaxed);
	atomic_store_explicit(&site->last_ns, violation->time_ns, memory_order_relaxed);
	/* release: who reads the count finds the site filled */
	atomic_fetch_add_explicit(&site->count, 1, memory_order_release);
}
