/* SPDX-License-Identifier: MIT */
/*
 * Finds functions by address. A table of symbols is not sorted by address, and a report asks for
 * each of its frames. So the first search makes an index: the numbers of the functions, sorted by
 * address. Two threads, or a thread and its signal handler, never make it at once: the second one
 * looks at all symbols instead. It must not know whose table it is.
 */
#define _GNU_SOURCE
#include "stack/symbols.h"

#include <elf.h>

enum { NO_ROOM = 0, NOT_MADE, BEING_MADE, MADE };

bool pl_symbols_is_function(const struct pl_symbols *table, const ElfW(Sym) *symbol)
{
	return ELF64_ST_TYPE(symbol->st_info) == STT_FUNC && symbol->st_shndx != SHN_UNDEF &&
	       symbol->st_size > 0 && symbol->st_name < table->names_size;
}

static bool contains(const ElfW(Sym) *symbol, uintptr_t address)
{
	return address - symbol->st_value < symbol->st_size;
}

/* Whether the name is one that people do not write, such as __strdup. */
static bool is_internal(const struct pl_symbols *table, const ElfW(Sym) *symbol)
{
	return table->names[symbol->st_name] == '_';
}

static const ElfW(Sym) *find_without_index(const struct pl_symbols *table, uintptr_t address)
{
	const ElfW(Sym) *found = NULL;

	for (size_t i = 0; i < table->count; i++) {
		const ElfW(Sym) *symbol = &table->symbols[i];

		if (!contains(symbol, address) || !pl_symbols_is_function(table, symbol))
			continue;
		found = symbol;
		if (!is_internal(table, symbol))
			break;
	}
	return found;
}

/* ---- the index ------------------------------------------------------------------------------- */

size_t pl_symbols_room(size_t count)
{
	return count * 2 * sizeof(uint32_t);
}

void pl_symbols_give_room(struct pl_symbols *table, void *room)
{
	if (room == NULL || table->count > UINT32_MAX)
		return;
	table->numbers = room;
	table->reaching = table->numbers + table->count;
	atomic_store_explicit(&table->state, NOT_MADE, memory_order_relaxed);
}

static uintptr_t address_at(const struct pl_symbols *table, const uint32_t *numbers, size_t place)
{
	return table->symbols[numbers[place]].st_value;
}

/* Copies all numbers to another array, sorted by one byte of their addresses. */
static void sort_by_byte(const struct pl_symbols *table, const uint32_t *from, uint32_t *to,
			 unsigned byte)
{
	uint32_t places[256] = {0};
	uint32_t place = 0;

	for (size_t i = 0; i < table->functions; i++)
		places[address_at(table, from, i) >> 8 * byte & 255]++;
	for (unsigned i = 0; i < 256; i++) {
		uint32_t count = places[i];

		places[i] = place;
		place += count;
	}
	for (size_t i = 0; i < table->functions; i++)
		to[places[address_at(table, from, i) >> 8 * byte & 255]++] = from[i];
}

/*
 * Sorts by each byte, from the lowest on, two at a time so that the numbers end where they began.
 */
static void sort(const struct pl_symbols *table, uintptr_t highest)
{
	for (unsigned byte = 0; byte < sizeof(highest) && highest >> 8 * byte != 0; byte += 2) {
		sort_by_byte(table, table->numbers, table->reaching, byte);
		sort_by_byte(table, table->reaching, table->numbers, byte + 1);
	}
}

static void note_reach(const struct pl_symbols *table)
{
	uint32_t first = 0;

	for (uint32_t i = 0; i < table->functions; i++) {
		uintptr_t address = address_at(table, table->numbers, i);

		while (first < i && !contains(&table->symbols[table->numbers[first]], address))
			first++;
		table->reaching[i] = first;
	}
}

static void make_index(struct pl_symbols *table)
{
	uintptr_t highest = 0;

	table->functions = 0;
	for (size_t i = 0; i < table->count; i++) {
		const ElfW(Sym) *symbol = &table->symbols[i];

		if (!pl_symbols_is_function(table, symbol))
			continue;
		table->numbers[table->functions++] = (uint32_t)i;
		highest |= symbol->st_value;
	}
	sort(table, highest);
	note_reach(table);
}

/* Returns whether there is an index now. */
static bool have_index(struct pl_symbols *table)
{
	/* acquire: pairs with the release below; who sees MADE sees all of it */
	int state = atomic_load_explicit(&table->state, memory_order_acquire);

	if (state != NOT_MADE)
		return state == MADE;
	if (!atomic_compare_exchange_strong_explicit(&table->state, &state, BEING_MADE,
						     memory_order_acquire, memory_order_acquire))
		return state == MADE;
	make_index(table);
	atomic_store_explicit(&table->state, MADE, memory_order_release);
	return true;
}

/* Returns how many functions begin at an address or before it. */
static size_t count_up_to(const struct pl_symbols *table, uintptr_t address)
{
	size_t low = 0, high = table->functions;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (address_at(table, table->numbers, middle) <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whether a symbol is a better name than another. Agrees with find_without_index(). */
static bool is_better(const struct pl_symbols *table, const ElfW(Sym) *symbol,
		      const ElfW(Sym) *than)
{
	if (than == NULL || is_internal(table, symbol) != is_internal(table, than))
		return than == NULL || is_internal(table, than);
	return is_internal(table, symbol) ? symbol > than : symbol < than;
}

const ElfW(Sym) *pl_symbols_find(struct pl_symbols *table, uintptr_t address)
{
	const ElfW(Sym) *found = NULL;
	size_t count;

	if (!have_index(table))
		return find_without_index(table, address);
	count = count_up_to(table, address);
	if (count == 0)
		return NULL;
	for (size_t i = table->reaching[count - 1]; i < count; i++) {
		const ElfW(Sym) *symbol = &table->symbols[table->numbers[i]];

		if (contains(symbol, address) && is_better(table, symbol, found))
			found = symbol;
	}
	return found;
}
