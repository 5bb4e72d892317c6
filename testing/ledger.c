/* SPDX-License-Identifier: MIT */
/*
 * The ledger of live blocks: an open-addressed table under a spin lock. The lock is safe in a
 * watcher: no signal handler interrupts a watcher, so no thread can wait for itself.
 */
#define PHASELOCK_OPTIONAL
#include "ledger.h"

#include <stdatomic.h>
#include <string.h>

struct entry {
	const void *owner; /* NULL: free. REMOVED: used before, so a search goes on */
	const void *block; /* NULL in both cases */
	const char *function;
	size_t size;
	unsigned frame_count;
	void *frames[LEDGER_FRAMES];
};

static const char removed_owner;
#define REMOVED ((const void *)&removed_owner)

static struct entry entries[LEDGER_SIZE];
static unsigned used;
static atomic_flag lock = ATOMIC_FLAG_INIT;

static void take_lock(void)
{
	while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire))
		continue;
}

static void give_lock(void)
{
	atomic_flag_clear_explicit(&lock, memory_order_release);
}

void ledger_reset_lock(void)
{
	give_lock();
}

static size_t first_place(const void *block)
{
	return ((uintptr_t)block >> 4) * 0x9e3779b97f4a7c15u >> 40;
}

bool ledger_add(const void *owner, const void *block, const struct phaselock_violation *request)
{
	size_t at = first_place(block);
	struct entry *entry;
	bool fits;

	take_lock();
	fits = used < LEDGER_SIZE;
	if (fits) {
		do
			entry = &entries[at++ % LEDGER_SIZE];
		while (entry->owner != NULL && entry->owner != REMOVED);
		*entry = (struct entry){.owner = owner,
					.block = block,
					.function = request->function,
					.size = request->size,
					.frame_count = request->frame_count < LEDGER_FRAMES
							       ? request->frame_count
							       : LEDGER_FRAMES};
		memcpy(entry->frames, request->frames, entry->frame_count * sizeof(void *));
		used++;
	}
	give_lock();
	return fits;
}

/*
 * Under the lock. Frees a place. If no search needs to go on there, it also frees the removed
 * places right before it.
 */
static void remove_at(size_t at)
{
	used--;
	entries[at].owner = REMOVED;
	entries[at].block = NULL;
	if (entries[(at + 1) % LEDGER_SIZE].owner != NULL)
		return;
	for (; entries[at].owner == REMOVED; at = (at + LEDGER_SIZE - 1) % LEDGER_SIZE)
		entries[at].owner = NULL;
}

bool ledger_remove(const void *owner, const void *block)
{
	size_t at = first_place(block);
	bool found = false;

	take_lock();
	for (size_t i = 0; i < LEDGER_SIZE && !found; i++) {
		struct entry *entry = &entries[(at + i) % LEDGER_SIZE];

		if (entry->owner == NULL)
			break;
		found = entry->owner == owner && entry->block == block;
		if (found) {
			remove_at((at + i) % LEDGER_SIZE);
		}
	}
	give_lock();
	return found;
}

uint64_t ledger_count(const void *owner)
{
	uint64_t count = 0;

	take_lock();
	for (size_t i = 0; i < LEDGER_SIZE; i++)
		count += entries[i].owner == owner;
	give_lock();
	return count;
}

size_t ledger_list(const void *owner, struct phaselock_violation *out, size_t capacity)
{
	size_t count = 0;

	take_lock();
	for (size_t i = 0; i < LEDGER_SIZE && count < capacity; i++) {
		const struct entry *entry = &entries[i];

		if (entry->owner != owner)
			continue;
		out[count] = (struct phaselock_violation){.function = entry->function,
							  .size = entry->size,
							  .frame_count = entry->frame_count,
							  .count = 1};
		memcpy(out[count].frames, entry->frames,
		       entry->frame_count * sizeof(entry->frames[0]));
		count++;
	}
	give_lock();
	return count;
}

void ledger_clear(const void *owner)
{
	take_lock();
	for (size_t i = 0; i < LEDGER_SIZE; i++) {
		if (entries[i].owner == owner)
			remove_at(i);
	}
	if (used == 0)
		memset(entries, 0, sizeof(entries));
	give_lock();
}

void ledger_after_fork(void)
{
	memset(entries, 0, sizeof(entries));
	used = 0;
	give_lock();
}
