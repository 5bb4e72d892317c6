/* SPDX-License-Identifier: MIT */
/*
 * The table of distinct violations. Sites differ by function, cause or call stack. It must not know
 * what is done about them.
 *
 * A new site is filled in its own slot first and then published in the index by one
 * compare-and-swap. So a reader never sees half a site, and a signal handler that interrupts a
 * writer has nothing to wait for. If two threads publish the same site at once, the loser uses the
 * winner's slot. Its own slot, whose count is still 0, becomes spare, and the next new site takes
 * it. So a slot is out of use only while its thread is between these steps.
 */
#include "reaction/site.h"

#include "stack/kept.h"
#include "stack/unwind.h"
#include "record/written.h"
#include "report/names.h"
#include "common/channel.h"
#include "common/sized.h"
#include "common/suppress.h"

#include <stdatomic.h>
#include <string.h>

#define INDEX_SIZE (2 * PHASELOCK_SITES_MAX)

_Static_assert((INDEX_SIZE & (INDEX_SIZE - 1)) == 0, "the index wraps by a mask");

struct slot {
	uint64_t suppression; /* from word_of(); written like first */
	/*
	 * The site in the record of the run, number + 1, or 0; high half: at which generation of
	 * addresses. Any thread, relaxed: each finds the same.
	 */
	_Atomic uint64_t written;
	_Atomic uint64_t
		count; /* 0 until published; any thread adds, release: see pl_site_list() */
	/*
	 * The next spare slot, number + 1, or 0. Relaxed: `spare` orders it. While one thread reads
	 * it to take the slot, another that took it first may already write it again.
	 */
	_Atomic uint32_t next_spare;
	struct phaselock_violation
		first; /* written before it is published, never after; its count is unused */
};

static struct slot slots[PHASELOCK_SITES_MAX];
static _Atomic uint32_t
	slots_taken; /* may pass the end; any thread adds, relaxed: it only hands out numbers */

/*
 * The stack of spare slots. The low half is number + 1 of the top slot, or 0. The high half changes
 * with every change, so that an interrupted thread does not mistake an old state for the present
 * one. Any thread, by compare-and-swap.
 */
static _Atomic uint64_t spare;

static _Atomic uint64_t overflow; /* any thread adds, relaxed */

/*
 * Slot number + 1, or 0. Any thread publishes, release. Any thread reads, acquire, and then sees
 * the slot filled.
 */
static _Atomic uint32_t slot_index[INDEX_SIZE];

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash ^= value;
	hash *= 0x9e3779b97f4a7c15u; /* 2^64 / golden ratio: Fibonacci hashing (Knuth, TAOCP 6.4) */
	return hash ^ hash >> 29;
}

static uint64_t hash_of(const struct phaselock_violation *violation)
{
	uint64_t hash = mix((uintptr_t)violation->function, (uint64_t)violation->cause);

	for (unsigned i = 0; i < violation->frame_count; i++)
		hash = mix(hash, (uintptr_t)violation->frames[i]);
	return hash;
}

static bool same_site(const struct phaselock_violation *a, const struct phaselock_violation *b)
{
	return a->function == b->function && a->cause == b->cause &&
	       a->frame_count == b->frame_count &&
	       memcmp(a->frames, b->frames, a->frame_count * sizeof(a->frames[0])) == 0;
}

static int suppression_of(const struct phaselock_violation *violation)
{
	if (violation->cause == PHASELOCK_CAUSE_SEAL) /* not a request */
		return -1;
	return pl_suppress_match((const void *const *)violation->frames, violation->frame_count);
}

/*
 * The word that stands for a suppression, or for none (-1), and back. The table cannot be frozen; a
 * stray write of a small number to it is not a valid word, so it suppresses nothing.
 */
#define SUPPRESSED UINT64_C(0x5ca1ab1e5eed)

static uint64_t word_of(int suppression)
{
	return (uint64_t)(suppression + 1) * SUPPRESSED;
}

static int suppression_in(const struct slot *slot)
{
	uint64_t number = slot->suppression / SUPPRESSED;

	if (number == 0 || slot->suppression % SUPPRESSED != 0 || number > PL_SUPPRESS_PATTERNS_MAX)
		return -1;
	return (int)number - 1;
}

/* The next state of the stack, with another slot on top. */
static uint64_t spare_after(uint64_t state, uint32_t uppermost)
{
	return ((state >> 32) + 1) << 32 | uppermost;
}

/* Takes a spare slot off the stack. Returns its number + 1, or 0 if there is none. */
static uint32_t take_spare(void)
{
	uint64_t state = atomic_load_explicit(&spare, memory_order_acquire);
	uint32_t next;

	/* acquire: pairs with the release of give_spare(), so the slot is filled only after that */
	do {
		if ((uint32_t)state == 0)
			return 0;
		next = atomic_load_explicit(&slots[(uint32_t)state - 1].next_spare,
					    memory_order_relaxed);
	} while (!atomic_compare_exchange_weak_explicit(&spare, &state, spare_after(state, next),
							memory_order_acquire,
							memory_order_acquire));
	return (uint32_t)state;
}

static void give_spare(uint32_t number)
{
	uint64_t state = atomic_load_explicit(&spare, memory_order_relaxed);

	do
		atomic_store_explicit(&slots[number - 1].next_spare, (uint32_t)state,
				      memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(&spare, &state, spare_after(state, number),
						      memory_order_release, memory_order_relaxed));
}

/* Takes a slot that was never used. Returns its number + 1, or 0 if none is left. */
static uint32_t take_fresh(void)
{
	uint32_t number = atomic_load_explicit(&slots_taken, memory_order_relaxed);

	/* Look before adding, so that a flood of further sites does not make the number wrap. */
	if (number < PHASELOCK_SITES_MAX)
		number = atomic_fetch_add_explicit(&slots_taken, 1, memory_order_relaxed);
	return number < PHASELOCK_SITES_MAX ? number + 1 : 0;
}

/* Takes and fills a slot; returns its number + 1, or 0 if none is left. */
static uint32_t fill_slot(struct phaselock_violation *violation)
{
	uint32_t number = take_spare();

	if (number == 0)
		number = take_fresh();
	if (number == 0)
		return 0;
	pl_kept_add(violation->frames, violation->frame_count);
	pl_names_get(violation->thread_name);
	slots[number - 1].first = *violation;
	slots[number - 1].suppression = word_of(suppression_of(violation));
	return number;
}

/* Finds or makes the slot of a site; returns its number + 1, or 0 if none is left. */
static uint32_t find_slot(struct phaselock_violation *violation)
{
	uint32_t at = (uint32_t)hash_of(violation);
	uint32_t mine = 0;

	/* The index is twice the size of the table, so every search ends at an empty place. */
	for (;; at++) {
		_Atomic uint32_t *place = &slot_index[at & (INDEX_SIZE - 1)];
		uint32_t present = atomic_load_explicit(place, memory_order_acquire);

		if (present == 0) {
			if (mine == 0)
				mine = fill_slot(violation);
			if (mine == 0 || atomic_compare_exchange_strong_explicit(
						 place, &present, mine, memory_order_release,
						 memory_order_acquire))
				return mine;
		}
		if (same_site(&slots[present - 1].first, violation)) {
			if (mine != 0)
				give_spare(mine);
			return present;
		}
	}
}

/* Other code at the slot's addresses has another site in the record. */
static uint32_t written_at(struct slot *slot, struct phaselock_violation *violation)
{
	uint32_t generation = (uint32_t)pl_unwind_generation(), number;
	uint64_t word = atomic_load_explicit(&slot->written, memory_order_relaxed);

	if (PL_LIKELY((uint32_t)word != 0 && word >> 32 == generation))
		return (uint32_t)word;
	if (violation->thread_name[0] == '\0' && pl_channel_record() != NULL)
		pl_names_get(violation->thread_name);
	number = pl_written_site(violation);
	atomic_store_explicit(&slot->written, (uint64_t)generation << 32 | number,
			      memory_order_relaxed);
	return number;
}

int pl_site_count(struct phaselock_violation *violation)
{
	uint32_t number = find_slot(violation);
	int suppression;

	if (number > 0) {
		struct slot *slot = &slots[number - 1];

		violation->count =
			1 + atomic_fetch_add_explicit(&slot->count, 1, memory_order_release);
		suppression = suppression_in(slot);
		if (suppression < 0)
			pl_written_count(written_at(slot, violation), violation);
		return suppression;
	}
	pl_names_get(violation->thread_name);
	/* A handler may ask for the names later. */
	pl_kept_add(violation->frames, violation->frame_count);
	violation->count = 0;
	suppression = suppression_of(violation);
	if (suppression < 0) {
		atomic_fetch_add_explicit(&overflow, 1, memory_order_relaxed);
		pl_written_count(pl_written_site(violation), violation);
	}
	return suppression;
}

/* Returns how often a site was seen; 0 if it is not to be listed. */
static uint64_t count_of(const struct slot *slot)
{
	/*
	 * acquire: pairs with the release of pl_site_count(), which comes after the slot is filled
	 */
	uint64_t count = atomic_load_explicit(&slot->count, memory_order_acquire);

	return count > 0 && suppression_in(slot) < 0 ? count : 0;
}

/* The caller's array. Its elements have the size that the caller's header gives them. */
struct list {
	char *out;
	size_t capacity;
	size_t size;
};

static char *element(const struct list *list, size_t at)
{
	return list->out + at * list->size;
}

static uint64_t sequence_of(const char *violation)
{
	uint64_t number;

	memcpy(&number, violation + offsetof(struct phaselock_violation, sequence), sizeof(number));
	return number;
}

/*
 * Inserts a site into a list, oldest first. If there is no room, the newest one is dropped. Slots
 * alone do not give this order, because a slot that was spare may come before older ones.
 */
static void insert(const struct list *list, size_t count, const struct slot *slot, uint64_t seen)
{
	size_t at = count < list->capacity ? count : list->capacity;
	struct phaselock_violation site = slot->first;

	while (at > 0 && sequence_of(element(list, at - 1)) > site.sequence) {
		if (at < list->capacity)
			memcpy(element(list, at), element(list, at - 1), list->size);
		at--;
	}
	if (at == list->capacity)
		return;
	site.count = seen;
	pl_sized_violation(element(list, at), list->size, &site, sizeof(site));
}

size_t pl_site_list(void *out, size_t capacity, size_t size)
{
	/* We sort by the sequence number: an element too small for it is none of ours. */
	bool is_whole = size >= offsetof(struct phaselock_violation, count);
	const struct list list = {out, is_whole ? capacity : 0, size};
	uint32_t taken = atomic_load_explicit(&slots_taken, memory_order_relaxed);
	size_t count = 0;

	for (uint32_t i = 0; i < taken && i < PHASELOCK_SITES_MAX; i++) {
		uint64_t seen = count_of(&slots[i]);

		if (seen > 0)
			insert(&list, count++, &slots[i], seen);
	}
	return count;
}

/* Whether a site comes before another one in the order of falling counts, the older one first. */
static bool ranks_above(uint64_t count, uint64_t sequence, uint64_t other_count,
			uint64_t other_sequence)
{
	return count != other_count ? count > other_count : sequence < other_sequence;
}

bool pl_site_next(struct phaselock_violation *site, bool first)
{
	uint32_t taken = atomic_load_explicit(&slots_taken, memory_order_relaxed);
	const struct phaselock_violation *best = NULL;
	uint64_t best_count = 0;

	for (uint32_t i = 0; i < taken && i < PHASELOCK_SITES_MAX; i++) {
		const struct phaselock_violation *candidate = &slots[i].first;
		uint64_t count = count_of(&slots[i]);

		if (count == 0 || (!first && !ranks_above(site->count, site->sequence, count,
							  candidate->sequence)))
			continue;
		if (best == NULL ||
		    ranks_above(count, candidate->sequence, best_count, best->sequence)) {
			best = candidate;
			best_count = count;
		}
	}
	if (best == NULL)
		return false;
	*site = *best;
	site->count = best_count;
	return true;
}

uint64_t pl_site_total(void)
{
	uint32_t taken = atomic_load_explicit(&slots_taken, memory_order_relaxed);
	uint64_t total = pl_site_overflow();

	for (uint32_t i = 0; i < taken && i < PHASELOCK_SITES_MAX; i++)
		total += count_of(&slots[i]);
	return total;
}

uint64_t pl_site_overflow(void)
{
	return atomic_load_explicit(&overflow, memory_order_relaxed);
}
