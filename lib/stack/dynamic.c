/* SPDX-License-Identifier: MIT */
/*
 * The only reader of dynamic sections. It must not know what is looked for in them.
 */
#define _GNU_SOURCE
#include "stack/dynamic.h"

#include "stack/segment.h"

#include <elf.h>

/* glibc relocates the addresses in a dynamic section, unless it is read-only, as the vdso's is. */
static const void *address_of(const struct pl_object *object, uintptr_t pointer)
{
	return (const void *)(pointer < object->base ? object->base + pointer : pointer);
}

/* Returns how many elements of that size fit at an address; 0 if it is not aligned. */
static size_t room_at(const struct pl_object *object, const void *at, size_t size, size_t alignment)
{
	if (at == NULL || (uintptr_t)at % alignment != 0)
		return 0;
	return pl_segment_left(object, at) / size;
}

/* Bounds each table by the part of the module that it is in; one that is in none becomes empty. */
static void set_bounds(struct pl_dynamic *dynamic)
{
	const struct pl_object *object = dynamic->object;
	struct pl_references *all[] = {&dynamic->data, &dynamic->calls};
	size_t names = room_at(object, dynamic->names, 1, 1);

	dynamic->symbols_max = room_at(object, dynamic->symbols, sizeof(ElfW(Sym)), 8);
	dynamic->hash_words = room_at(object, dynamic->hash, sizeof(uint32_t), 4);
	dynamic->gnu_hash_words = room_at(object, dynamic->gnu_hash, sizeof(uint32_t), 4);
	for (size_t i = 0; i < 2; i++) {
		size_t room = all[i]->count == 0 ? 0
						 : room_at(object, all[i]->entries,
							   sizeof(ElfW(Rela)), sizeof(uint64_t));

		all[i]->count = all[i]->count < room ? all[i]->count : room;
	}
	names = names < dynamic->names_size ? names : dynamic->names_size;
	while (names > 0 && dynamic->names[names - 1] != '\0')
		names--;
	dynamic->names_size = names;
}

static void read_entry(struct pl_dynamic *dynamic, const ElfW(Dyn) *entry)
{
	const void *at = address_of(dynamic->object, entry->d_un.d_ptr);

	switch (entry->d_tag) {
	case DT_SYMTAB:
		dynamic->symbols = at;
		break;
	case DT_STRTAB:
		dynamic->names = at;
		break;
	case DT_STRSZ:
		dynamic->names_size = entry->d_un.d_val;
		break;
	case DT_HASH:
		dynamic->hash = at;
		break;
	case DT_GNU_HASH:
		dynamic->gnu_hash = at;
		break;
	case DT_RELA:
		dynamic->data.entries = at;
		break;
	case DT_RELASZ:
		dynamic->data.count = entry->d_un.d_val / sizeof(ElfW(Rela));
		break;
	case DT_JMPREL:
		dynamic->calls.entries = at;
		break;
	case DT_PLTRELSZ:
		dynamic->calls.count = entry->d_un.d_val / sizeof(ElfW(Rela));
		break;
	default:
		break;
	}
}

bool pl_dynamic_read(struct pl_dynamic *dynamic, const struct pl_object *object)
{
	const ElfW(Dyn) *entry = object->dynamic;
	size_t left = room_at(object, entry, sizeof(*entry), sizeof(uint64_t));

	*dynamic = (struct pl_dynamic){.object = object};
	for (; left > 0 && entry->d_tag != DT_NULL; entry++, left--)
		read_entry(dynamic, entry);
	set_bounds(dynamic);
	return dynamic->symbols_max > 0 && dynamic->names_size > 0;
}

/* The GNU hash table does not say how many symbols there are; the end of its longest chain does. */
static size_t count_by_gnu_hash(const uint32_t *hash, size_t words)
{
	uint32_t bucket_count = hash[0], first = hash[1];
	size_t before = 4 + hash[2] * (sizeof(ElfW(Addr)) / sizeof(uint32_t));
	const uint32_t *buckets = hash + before, *chains = buckets + bucket_count;
	size_t last = 0, chain_words;

	if (before > words || bucket_count > words - before)
		return 0;
	chain_words = words - before - bucket_count;
	for (uint32_t i = 0; i < bucket_count; i++)
		last = buckets[i] > last ? buckets[i] : last;
	if (last < first)
		return first;
	while (last - first < chain_words && (chains[last - first] & 1) == 0)
		last++;
	return last + 1;
}

size_t pl_dynamic_symbol_count(const struct pl_dynamic *dynamic)
{
	size_t count = 0;

	if (dynamic->hash_words >= 2)
		count = dynamic->hash[1];
	else if (dynamic->gnu_hash_words >= 4)
		count = count_by_gnu_hash(dynamic->gnu_hash, dynamic->gnu_hash_words);
	return count < dynamic->symbols_max ? count : dynamic->symbols_max;
}

const char *pl_dynamic_symbol_name(const struct pl_dynamic *dynamic, const ElfW(Sym) *symbol)
{
	return symbol->st_name < dynamic->names_size ? dynamic->names + symbol->st_name : "";
}

const char *pl_dynamic_name(const struct pl_dynamic *dynamic, const ElfW(Rela) *entry)
{
	size_t number = ELF64_R_SYM(entry->r_info);

	return number < dynamic->symbols_max
		       ? pl_dynamic_symbol_name(dynamic, &dynamic->symbols[number])
		       : "";
}

void **pl_dynamic_slot(const struct pl_dynamic *dynamic, const ElfW(Rela) *entry)
{
	void **slot = (void **)(dynamic->object->base + entry->r_offset);

	return room_at(dynamic->object, slot, sizeof(*slot), sizeof(*slot)) > 0 ? slot : NULL;
}
