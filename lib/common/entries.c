/* SPDX-License-Identifier: MIT */
/*
 * The names of the entry points, for the library and the command. It must not know who serves them.
 */
#include "common/entries.h"

#include <phaselock/phaselock.h>

/* The names that a program's author knows, in the order of the bits. */
static const char *const entries[] = {
	"malloc",
	"calloc",
	"realloc",
	"reallocarray",
	"free",
	"cfree",
	"posix_memalign",
	"aligned_alloc",
	"memalign",
	"valloc",
	"pvalloc",
	"malloc_usable_size",
	"free_sized",
	"free_aligned_sized",
	"operator new",
	"operator new with alignment",
	"operator delete",
	"operator delete with alignment",
};

#define ENTRIES (sizeof(entries) / sizeof(entries[0]))

_Static_assert(PHASELOCK_ENTRY_ALL == (1 << ENTRIES) - 1, "each entry point has a name");

const char *phaselock_entry_name(unsigned entry)
{
	if (entry == 0 || (entry & (entry - 1)) != 0 || entry > PHASELOCK_ENTRY_ALL)
		return NULL;
	return entries[__builtin_ctz(entry)];
}

void pl_entries_append(struct pl_text *text, uint64_t set)
{
	const char *comma = "";

	for (size_t i = 0; i < ENTRIES; i++) {
		if ((set >> i & 1) == 0)
			continue;
		pl_text_append(text, "%s%s", comma, entries[i]);
		comma = ", ";
	}
}
