/* SPDX-License-Identifier: MIT */
/*
 * The dynamic section of a loaded module: its symbols, and its references to those of others. For
 * every function: any thread, signal handlers too; no lock, no heap request. The module must stay
 * loaded meanwhile. They read nothing outside the loaded parts of the module, and believe no size
 * and no index that leads out of them.
 */
#ifndef PL_DYNAMIC_H
#define PL_DYNAMIC_H

#include "common/base.h"
#include "stack/object.h"

#include <link.h>

struct pl_dynamic {
	const struct pl_object *object;
	const ElfW(Sym) *symbols;
	size_t symbols_max; /* there can be no more */
	const char *names;
	size_t names_size; /* the last name is terminated */
	const uint32_t *hash, *gnu_hash;
	size_t hash_words, gnu_hash_words; /* there can be no more */
	struct pl_references {
		const ElfW(Rela) *entries;
		size_t count;
	} data, calls;
};

/* object must outlive dynamic; it may have no dynamic section. Returns whether it has symbols. */
bool pl_dynamic_read(struct pl_dynamic *dynamic, const struct pl_object *object);

/* Returns how many symbols there are. Time: at most linear in their number. */
size_t pl_dynamic_symbol_count(const struct pl_dynamic *dynamic);

/* Returns the name of a symbol, "" if it has none. */
const char *pl_dynamic_symbol_name(const struct pl_dynamic *dynamic, const ElfW(Sym) *symbol);

/* Returns the name of what an entry refers to; "" if it refers to nothing. */
const char *pl_dynamic_name(const struct pl_dynamic *dynamic, const ElfW(Rela) *entry);

/* Returns the word of the module that a relocation changes, NULL if it lies outside the module. */
void **pl_dynamic_slot(const struct pl_dynamic *dynamic, const ElfW(Rela) *entry);

#endif
