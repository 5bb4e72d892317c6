/* SPDX-License-Identifier: MIT */
/*
 * Tables of the dynamic symbols of modules, with an index. Only modules that are loaded at the
 * start have an index: they stay, and memory can be had before anything is locked, or filtered by
 * the kernel. It must not know what the names are for.
 */
#define _GNU_SOURCE
#include "stack/exported.h"

#include "stack/loaded.h"
#include "common/os.h"

#define TABLES 64
#define SYMBOLS_MIN 64 /* fewer are searched as fast without an index */

/* Written by the constructor, except for the states of the indexes. */
static struct pl_symbols tables[TABLES];
static size_t table_count;

struct pl_symbols pl_exported_table(const struct pl_dynamic *dynamic)
{
	return (struct pl_symbols){.symbols = dynamic->symbols,
				   .count = pl_dynamic_symbol_count(dynamic),
				   .names = dynamic->names,
				   .names_size = dynamic->names_size};
}

static bool take_module(const struct pl_loaded *module, void *room)
{
	struct pl_object object = pl_object_of(module);
	struct pl_dynamic dynamic;
	struct pl_symbols table;

	if (!pl_dynamic_read(&dynamic, &object))
		return false;
	table = pl_exported_table(&dynamic);
	if (table.count < SYMBOLS_MIN)
		return false;
	tables[table_count++] = table;
	*(size_t *)room += pl_symbols_room(table.count);
	return table_count == TABLES;
}

void pl_exported_start(void)
{
	size_t size = 0;
	char *room;

	pl_loaded_each(take_module, &size);
	room = size > 0 ? pl_os_map(size) : NULL;
	for (size_t i = 0; i < table_count && room != NULL; i++) {
		pl_symbols_give_room(&tables[i], room);
		room += pl_symbols_room(tables[i].count);
	}
}

const ElfW(Sym) *pl_exported_find(const struct pl_dynamic *dynamic, uintptr_t address)
{
	struct pl_symbols table;

	for (size_t i = 0; i < table_count; i++)
		if (tables[i].symbols == dynamic->symbols)
			return pl_symbols_find(&tables[i], address);
	table = pl_exported_table(dynamic);
	return pl_symbols_find(&table, address);
}
