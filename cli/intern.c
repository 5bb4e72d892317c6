/* SPDX-License-Identifier: MIT */
/*
 * A hash table with open places, at most half of which are taken. It must not know what has the
 * numbers.
 */
#define _GNU_SOURCE
#include "intern.h"

#include "emit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SIZE_FIRST 1024

/* Returns a number that is another one in each run; the time of day would do, too. */
static uint64_t seed(void)
{
	static uint64_t chosen;

	if (chosen == 0 && getrandom(&chosen, sizeof(chosen), GRND_NONBLOCK) < 0)
		chosen = (uint64_t)(uintptr_t)&chosen; /* as the loader placed it */
	chosen |= 1;
	return chosen;
}

/* The mixing step of SplitMix64, which lets each bit reach all others. */
uint64_t intern_add(uint64_t hash, uint64_t number)
{
	hash = (hash ^ number) + UINT64_C(0x9e3779b97f4a7c15) + seed();
	hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	hash = (hash ^ hash >> 27) * UINT64_C(0x94d049bb133111eb);
	return hash ^ hash >> 31;
}

uint64_t intern_add_bytes(uint64_t hash, const void *bytes, size_t size)
{
	const char *next = bytes;

	hash = intern_add(hash, size);
	while (size > 0) {
		uint64_t word = 0;
		size_t length = size < sizeof(word) ? size : sizeof(word);

		memcpy(&word, next, length);
		hash = intern_add(hash, word);
		next += length;
		size -= length;
	}
	return hash;
}

static void put(struct intern *table, uint32_t hash, uint32_t slot)
{
	size_t at = hash & (table->size - 1);

	while (table->slots[at] != 0)
		at = (at + 1) & (table->size - 1);
	table->slots[at] = slot;
	table->hashes[at] = hash;
}

static void grow(struct intern *table)
{
	const struct intern old = *table;

	table->size = old.size > 0 ? 2 * old.size : SIZE_FIRST;
	table->slots = emit_checked(calloc(table->size, sizeof(*table->slots)));
	table->hashes = emit_checked(calloc(table->size, sizeof(*table->hashes)));
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i] != 0)
			put(table, old.hashes[i], old.slots[i]);
	free(old.slots);
	free(old.hashes);
}

uint32_t intern_find(struct intern *table, uint64_t hash, intern_is *is, const void *context)
{
	uint32_t low = (uint32_t)(hash ^ hash >> 32);

	if (2 * table->count >= table->size)
		grow(table);
	for (size_t at = low & (table->size - 1); table->slots[at] != 0;
	     at = (at + 1) & (table->size - 1))
		if (table->hashes[at] == low && is(context, table->slots[at] - 1))
			return table->slots[at] - 1;
	put(table, low, (uint32_t)++table->count);
	return INTERN_NONE;
}

void intern_free(struct intern *table)
{
	free(table->slots);
	free(table->hashes);
	*table = (struct intern){0};
}
