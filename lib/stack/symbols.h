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
	size_t names_size; /* a name that would begin behind it is none */

	/* What follows is the index's: zeroed, there is none. */
	_Atomic int state; /* set by whoever makes it, release; any thread reads, acquire */
	uint32_t *numbers; /* of functions, by rising address; room for all symbols */
	/*
	 * Of each place in numbers the first place whose function may reach up to it: of nested
	 * functions the outer one comes first.
	 */
	uint32_t *reaching;
	size_t functions;
};

/*
 * Gives a table, which has no index yet, room for one: pl_symbols_room() bytes, zeroed; NULL: none.
 * The index itself is made by the first search.
 */
void pl_symbols_give_room(struct pl_symbols *table, void *room);

size_t pl_symbols_room(size_t count);

/*
 * Returns the function that an address lies in, or NULL. Of two names, strdup and __strdup, the one
 * that people write. Time: logarithmic in the number of symbols; linear once, for the search that
 * makes the index, for those that come meanwhile, and in a table without room. Any thread, signal
 * handlers too; no lock, no heap request, no system call.
 */
const ElfW(Sym) *pl_symbols_find(struct pl_symbols *table, uintptr_t address);

#endif
