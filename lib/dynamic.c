/* SPDX-License-Identifier: MIT */
/*
 * The only reader of dynamic sections. It must not know what is looked for in them.
 */
#define _GNU_SOURCE
#include "dynamic.h"

#include <elf.h>

/*
 * glibc relocates the addresses in a dynamic section, but not in one that is read-only, as that of
 * the vdso.
 */
static const void *address_of(uintptr_t base, uintptr_t pointer)
{
	return (const void *)(pointer < base ? base + pointer : pointer);
}

bool pl_dynamic_read(struct pl_dynamic *dynamic, uintptr_t base, const ElfW(Dyn) *section)
{
	*dynamic = (struct pl_dynamic){.base = base};
	for (; section != NULL && section->d_tag != DT_NULL; section++) {
		const void *at = address_of(base, section->d_un.d_ptr);

		switch (section->d_tag) {
		case DT_SYMTAB:
			dynamic->symbols = at;
			break;
		case DT_STRTAB:
			dynamic->names = at;
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
			dynamic->data.count = section->d_un.d_val / sizeof(ElfW(Rela));
			break;
		case DT_JMPREL:
			dynamic->calls.entries = at;
			break;
		case DT_PLTRELSZ:
			dynamic->calls.count = section->d_un.d_val / sizeof(ElfW(Rela));
			break;
		default:
			break;
		}
	}
	return dynamic->symbols != NULL && dynamic->names != NULL;
}

bool pl_dynamic_read_loaded(struct pl_dynamic *dynamic, const struct dl_phdr_info *info)
{
	const ElfW(Dyn) *section = NULL;

	for (size_t i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			section = (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
	return pl_dynamic_read(dynamic, info->dlpi_addr, section);
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

size_t pl_dynamic_symbol_count(const struct pl_dynamic *dynamic)
{
	if (dynamic->hash != NULL)
		return dynamic->hash[1];
	return dynamic->gnu_hash != NULL ? count_by_gnu_hash(dynamic->gnu_hash) : 0;
}

const char *pl_dynamic_name(const struct pl_dynamic *dynamic, const ElfW(Rela) *entry)
{
	return dynamic->names + dynamic->symbols[ELF64_R_SYM(entry->r_info)].st_name;
}
