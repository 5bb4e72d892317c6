/* SPDX-License-Identifier: MIT */
/*
 * The dynamic section of a loaded module: its symbols and its references to those of others. For
 * every function: any thread, signal handlers too; no lock, no heap request. The module must stay
 * loaded meanwhile.
 */
#ifndef PL_DYNAMIC_H
#define PL_DYNAMIC_H

#include "base.h"

#include <link.h>

struct pl_dynamic {
	uintptr_t base; /* what is added to the module's own addresses */
	const ElfW(Sym) *symbols;
	const char *names;
	const uint32_t *hash, *gnu_hash;
	struct pl_references {
		const ElfW(Rela) *entries;
		size_t count;
	} data, calls;
};

/* section may be NULL: a static program has none. Returns whether the module has symbols. */
bool pl_dynamic_read(struct pl_dynamic *dynamic, uintptr_t base, const ElfW(Dyn) *section);

/* The same, for a module that dl_iterate_phdr() tells of. */
bool pl_dynamic_read_loaded(struct pl_dynamic *dynamic, const struct dl_phdr_info *info);

/* Returns how many symbols there are: all of them are at least looked at. */
size_t pl_dynamic_symbol_count(const struct pl_dynamic *dynamic);

/* Returns the name of what an entry refers to; "" if it refers to nothing. */
const char *pl_dynamic_name(const struct pl_dynamic *dynamic, const ElfW(Rela) *entry);

#endif
