/* SPDX-License-Identifier: MIT */
/*
 * Open addressing. A row whose process is killed while it fills it is passed by for ever. It must
 * not know what a row counts.
 */
#include "record/keyed.h"

#include <string.h>

#define STATE_SIZE sizeof(uint32_t)

static uint32_t hash_of(const char *key, size_t size)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)key[i]) * 0x9e3779b97f4a7c15u;
	return (uint32_t)(hash >> 32);
}

/* Fills a free row. Returns false if somebody else has taken it. */
static bool fill(char *row, const char *key, size_t size)
{
	_Atomic uint32_t *state = (void *)row;
	uint32_t is_free = PL_LAYOUT_FREE;

	if (!atomic_compare_exchange_strong_explicit(state, &is_free, PL_LAYOUT_TAKEN,
						     memory_order_acquire, memory_order_acquire))
		return false;
	memcpy(row + STATE_SIZE, key, size);
	/* release: who sees that it is ready finds what it is */
	atomic_store_explicit(state, PL_LAYOUT_READY, memory_order_release);
	return true;
}

void *pl_keyed_find(void *rows, size_t count, size_t size, const void *row, size_t key_size)
{
	const char *key = (const char *)row + STATE_SIZE;
	size_t length = key_size - STATE_SIZE;
	uint32_t at = hash_of(key, length);

	for (size_t i = 0; i < count; i++, at++) {
		char *found = (char *)rows + at % count * size;

		if (fill(found, key, length))
			return found;
		if (atomic_load_explicit((_Atomic uint32_t *)(void *)found, memory_order_acquire) ==
			    PL_LAYOUT_READY &&
		    memcmp(found + STATE_SIZE, key, length) == 0)
			return found;
	}
	return NULL;
}
