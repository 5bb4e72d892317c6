/* SPDX-License-Identifier: MIT */
/*
 * A table of symbols, of a module or a file, and the functions in it by their addresses.
 */
#ifndef PL_SYMBOLS_H
#define PL_SYMBOLS_H

#include "common/base.h"

#include <link.h>
#include <stdatomic.h>

struct pl_symbols {
	const ElfW(Sym) *symbols;
	size_t count;
	const char *names;
	size_t names_size; /* no name begins past it */

	/* What follows is the index; zeroed memory is none. */
	_Atomic int state; /* set by whoever makes it, release; any thread reads, acquire */
	uint32_t *numbers; /* of functions, by rising address; room for all symbols */
	/*
	 * For each place in numbers, the first place whose function may reach up to it: where
	 * functions are nested, the outer one comes first.
	 */
	uint32_t *reaching;
	size_t functions;
};

/* Returns whether a symbol of a table is a function with code there, and has a name. */
bool pl_symbols_is_function(const struct pl_symbols *table, const ElfW(Sym) *symbol);

/*
 * Gives room for an index to a table that has none: pl_symbols_room() bytes, zeroed, or NULL. The
 * first search makes the index.
 */
void pl_symbols_give_room(struct pl_symbols *table, void *room);

size_t pl_symbols_room(size_t count);

/*
 * Returns the function that contains an address, or NULL. Of two names, such as strdup and
 * __strdup, it returns the one that people write. Time: logarithmic in the number of symbols. It is
 * linear for the search that makes the index, for searches meanwhile, and in a table without room.
 * Any thread, signal handlers too; no lock, no heap request, no system call.
 */
const ElfW(Sym) *pl_symbols_find(struct pl_symbols *table, uintptr_t address);

#endif
