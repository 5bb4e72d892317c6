/* SPDX-License-Identifier: MIT */
/* Sorted addresses. It must not know which symbol is the one of an address. */
#define _GNU_SOURCE
#include "edges.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void add(struct edges *edges, uint64_t start, uint64_t size)
{
	edges->at[edges->count++] = start;
	edges->at[edges->count++] = start + size;
}

static void add_symbols(struct edges *edges, Dwfl_Module *module, int symbols)
{
	for (int i = 1; i < symbols; i++) {
		GElf_Sym symbol;
		GElf_Addr address;

		if (dwfl_module_getsym_info(module, i, &symbol, &address, NULL, NULL, NULL) != NULL)
			add(edges, address, symbol.st_size);
	}
}

static void read_all(struct edges *edges, Dwfl_Module *module)
{
	int symbols = dwfl_module_getsymtab(module);

	edges->is_read = true;
	if (symbols <= 0)
		return;
	edges->at = calloc(2 * (size_t)symbols, sizeof(*edges->at));
	if (edges->at == NULL)
		return;
	add_symbols(edges, module, symbols);
	qsort(edges->at, edges->count, sizeof(*edges->at), compare);
}

bool edges_around(struct edges *edges, Dwfl_Module *module, uint64_t address, uint64_t *low,
		  uint64_t *high)
{
	size_t first = 0, end;

	if (!edges->is_read)
		read_all(edges, module);
	end = edges->count;
	/* The first edge beyond the address. */
	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (edges->at[middle] <= address)
			first = middle + 1;
		else
			end = middle;
	}
	*low = first > 0 ? edges->at[first - 1] : 0;
	*high = first < edges->count ? edges->at[first] : UINT64_MAX;
	return edges->count > 0;
}

void edges_free(struct edges *edges)
{
	free(edges->at);
	*edges = (struct edges){.count = 0};
}
