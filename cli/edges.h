/* SPDX-License-Identifier: MIT */
/*
 * Where symbols of a module begin and end. Between two neighbours of these addresses
 * every address has the same symbol, so whoever looks up one after the other need not search again.
 */
#ifndef CLI_EDGES_H
#define CLI_EDGES_H

#include "common/base.h"

#include <elfutils/libdwfl.h>

/* Zeroed memory: not read yet. */
struct edges {
	uint64_t *at; /* sorted */
	size_t count;
	bool is_read;
};

/*
 * Finds the neighbours of an address: [*low, *high). Returns false if there is no memory, or no
 * symbol. Reads the module's symbols at its first call.
 */
bool edges_around(struct edges *edges, Dwfl_Module *module, uint64_t address, uint64_t *low,
		  uint64_t *high);

void edges_free(struct edges *edges);

#endif
