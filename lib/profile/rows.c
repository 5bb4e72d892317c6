/* SPDX-License-Identifier: MIT */
/*
 * A hash table that doubles when it is two thirds full. It must not know what a row or a key is.
 *
 * The keys themselves are not compared with what they stand for: two of 100,000 call stacks have
 * the same 64 bits with a chance of 1 in 3,000,000,000.
 */
#include "profile/rows.h"

#include "common/os.h"

#include <stdatomic.h>
#include <string.h>

static const struct pl_rows_entry *entries_of(const struct pl_rows *rows)
{
	return rows->entries != NULL ? rows->entries : rows->first;
}

static size_t mask_of(const struct pl_rows *rows)
{
	return (rows->entries != NULL ? rows->capacity : PL_ROWS_FIRST) - 1;
}

uint32_t pl_rows_find(const struct pl_rows *rows, uint64_t key)
{
	const struct pl_rows_entry *entries = entries_of(rows);
	size_t mask = mask_of(rows);

	key |= key == 0;
	for (size_t at = key & mask;; at = (at + 1) & mask) {
		if (entries[at].key == key)
			return entries[at].number;
		if (entries[at].key == 0)
			return PL_ROWS_NONE;
	}
}

static void put(struct pl_rows_entry *entries, size_t mask, const struct pl_rows_entry *entry)
{
	size_t at = entry->key & mask;

	while (entries[at].key != 0)
		at = (at + 1) & mask;
	entries[at] = *entry;
}

/* Returns what it took more, SIZE_MAX: there is no memory. */
static size_t grow(struct pl_rows *rows)
{
	const struct pl_rows_entry *old = entries_of(rows);
	size_t before = mask_of(rows) + 1, size = 2 * before * sizeof(*old);
	struct pl_rows_entry *entries = pl_os_map(size);

	if (entries == NULL)
		return SIZE_MAX;
	for (size_t i = 0; i < before; i++)
		if (old[i].key != 0)
			put(entries, 2 * before - 1, &old[i]);
	/*
	 * In this order: another thread may fork() at any time, and the child unmaps what it finds
	 * here. Less than there is does no harm.
	 */
	rows->entries = entries;
	atomic_signal_fence(memory_order_seq_cst);
	rows->capacity = 2 * before;
	if (old == rows->first)
		return size;
	pl_os_unmap((void *)(uintptr_t)old, size / 2);
	return size / 2;
}

size_t pl_rows_add(struct pl_rows *rows, uint64_t key, uint32_t number)
{
	struct pl_rows_entry entry = {.key = key | (key == 0), .number = number};
	size_t more = 0;

	if ((rows->count + 1) * 3 > (mask_of(rows) + 1) * 2)
		more = grow(rows);
	/* One place stays free, or no search would end. */
	if (rows->count + 1 > mask_of(rows))
		return SIZE_MAX;
	rows->count++;
	put(rows->entries != NULL ? rows->entries : rows->first, mask_of(rows), &entry);
	return more == SIZE_MAX ? 0 : more;
}

void pl_rows_forget(struct pl_rows *rows)
{
	if (rows->entries != NULL)
		pl_os_unmap(rows->entries, rows->capacity * sizeof(*rows->entries));
	memset(rows, 0, sizeof(*rows));
}
