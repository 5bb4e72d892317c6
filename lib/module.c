/* SPDX-License-Identifier: MIT */
/*
 * Modules by object.h, which does not wait for whoever runs a constructor in dlopen(). Names by the
 * module's own table of dynamic symbols, which is mapped as long as the module is. It must not know
 * why somebody asks.
 */
#define _GNU_SOURCE
#include "module.h"

#include "dynamic.h"
#include "format.h"
#include "object.h"
#include "os.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#define PATH_SIZE 4096

static char program[PATH_SIZE];

void pl_module_start(void)
{
	pl_os_executable(program, sizeof(program));
}

static bool contains(const ElfW(Sym) *symbol, uintptr_t offset)
{
	return symbol->st_shndx != SHN_UNDEF && ELF64_ST_TYPE(symbol->st_info) == STT_FUNC &&
	       offset >= symbol->st_value && offset - symbol->st_value < symbol->st_size;
}

static void name_function(const struct link_map *map, struct pl_place *place)
{
	uintptr_t call = place->offset - 1; /* a return address may lie behind its function's end */
	struct pl_dynamic dynamic;
	size_t count;

	if (!pl_dynamic_read(&dynamic, map->l_addr, map->l_ld))
		return;
	count = pl_dynamic_symbol_count(&dynamic);
	for (size_t i = 0; i < count; i++) {
		if (!contains(&dynamic.symbols[i], call))
			continue;
		place->function = dynamic.names + dynamic.symbols[i].st_name;
		place->function_offset = place->offset - dynamic.symbols[i].st_value;
		/* Of two names, strdup and __strdup, the one that people write. */
		if (place->function[0] != '_')
			return;
	}
}

void pl_module_find(const void *address, struct pl_place *place)
{
	struct link_map map;

	*place = (struct pl_place){.offset = (uintptr_t)address};
	if (!pl_object_find((const void *)((uintptr_t)address - 1), &map))
		return;
	place->offset = (uintptr_t)address - map.l_addr;
	place->module = pl_base_name(map.l_name);
	if (place->module[0] == '\0')
		place->module = pl_base_name(program);
	name_function(&map, place);
}

struct search {
	const char *library;
	const char *function;
	void *found;
};

static int search_module(struct dl_phdr_info *info, size_t size, void *argument)
{
	struct search *search = argument;
	struct pl_dynamic dynamic;
	size_t count;

	(void)size;
	if (strncmp(pl_base_name(info->dlpi_name), search->library, strlen(search->library)) != 0 ||
	    !pl_dynamic_read_loaded(&dynamic, info))
		return 0;
	count = pl_dynamic_symbol_count(&dynamic);
	for (size_t i = 0; i < count && search->found == NULL; i++)
		if (dynamic.symbols[i].st_shndx != SHN_UNDEF &&
		    strcmp(dynamic.names + dynamic.symbols[i].st_name, search->function) == 0)
			search->found = (void *)(dynamic.base + dynamic.symbols[i].st_value);
	return search->found != NULL;
}

void *pl_module_function(const char *library, const char *function)
{
	struct search search = {.library = library, .function = function};

	dl_iterate_phdr(search_module, &search);
	return search.found;
}
