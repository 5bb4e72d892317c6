/* SPDX-License-Identifier: MIT */
/*
 * Modules by object.h, which does not wait for whoever runs a constructor in dlopen(). Names by the
 * module's own table of dynamic symbols, which is mapped as long as the module is. It must not know
 * why somebody asks.
 */
#define _GNU_SOURCE
#include "module.h"

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

struct symbols {
	const ElfW(Sym) *table;
	const char *names;
	size_t count;
};

/*
 * glibc relocates the addresses in a dynamic section, but not in one that is read-only, as that of
 * the vdso.
 */
static uintptr_t address_of(const struct link_map *map, uintptr_t pointer)
{
	return pointer < map->l_addr ? map->l_addr + pointer : pointer;
}

/* The GNU hash table does not say how many symbols there are; the end of its longest chain does. */
static size_t count_by_gnu_hash(const uint32_t *hash)
{
	uint32_t bucket_count = hash[0], first = hash[1], bloom_words = hash[2];
	const uint32_t *buckets = hash + 4 + bloom_words * (sizeof(ElfW(Addr)) / sizeof(uint32_t));
	const uint32_t *chains = buckets + bucket_count;
	uint32_t last = 0;

	for (uint32_t i = 0; i < bucket_count; i++)
		last = buckets[i] > last ? buckets[i] : last;
	if (last < first)
		return first;
	while ((chains[last - first] & 1) == 0)
		last++;
	return (size_t)last + 1;
}

static struct symbols symbols_of(const struct link_map *map)
{
	struct symbols symbols = {NULL, NULL, 0};
	const ElfW(Dyn) *entry = map->l_ld;

	for (; entry != NULL && entry->d_tag != DT_NULL; entry++) {
		uintptr_t at = address_of(map, entry->d_un.d_ptr);

		if (entry->d_tag == DT_SYMTAB)
			symbols.table = (const void *)at;
		else if (entry->d_tag == DT_STRTAB)
			symbols.names = (const char *)at;
		else if (entry->d_tag == DT_HASH && symbols.count == 0)
			symbols.count = ((const uint32_t *)at)[1];
		else if (entry->d_tag == DT_GNU_HASH && symbols.count == 0)
			symbols.count = count_by_gnu_hash((const void *)at);
	}
	if (symbols.table == NULL || symbols.names == NULL)
		symbols.count = 0;
	return symbols;
}

static bool contains(const ElfW(Sym) *symbol, uintptr_t offset)
{
	return symbol->st_shndx != SHN_UNDEF && ELF64_ST_TYPE(symbol->st_info) == STT_FUNC &&
	       offset >= symbol->st_value && offset - symbol->st_value < symbol->st_size;
}

static void name_function(const struct link_map *map, struct pl_place *place)
{
	struct symbols symbols = symbols_of(map);
	uintptr_t call = place->offset - 1; /* a return address may lie behind its function's end */

	for (size_t i = 0; i < symbols.count; i++) {
		if (!contains(&symbols.table[i], call))
			continue;
		place->function = symbols.names + symbols.table[i].st_name;
		place->function_offset = place->offset - symbols.table[i].st_value;
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
	struct link_map map = {.l_addr = info->dlpi_addr};
	struct symbols symbols;

	(void)size;
	if (strncmp(pl_base_name(info->dlpi_name), search->library, strlen(search->library)) != 0)
		return 0;
	for (size_t i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			map.l_ld = (void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
	symbols = symbols_of(&map);
	for (size_t i = 0; i < symbols.count && search->found == NULL; i++)
		if (symbols.table[i].st_shndx != SHN_UNDEF &&
		    strcmp(symbols.names + symbols.table[i].st_name, search->function) == 0)
			search->found = (void *)(map.l_addr + symbols.table[i].st_value);
	return search->found != NULL;
}

void *pl_module_function(const char *library, const char *function)
{
	struct search search = {.library = library, .function = function};

	dl_iterate_phdr(search_module, &search);
	return search.found;
}
