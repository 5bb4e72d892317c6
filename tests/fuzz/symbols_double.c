/* SPDX-License-Identifier: MIT */
/*
 * In the place of cli/symbols.c: modules that are no files. What is found at an offset follows from
 * its lowest bits, so that an input can have all of it: inlined functions, no line, no name, names
 * that hold what nobody expects.
 */
#define _GNU_SOURCE
#include "symbols.h"

#include <stdlib.h>
#include <string.h>

struct symbols {
	int unused;
};

struct symbols_module {
	int unused;
};

static struct symbols_module the_module;

struct symbols *symbols_new(const char *debug_path)
{
	(void)debug_path;
	return calloc(1, sizeof(struct symbols));
}

void symbols_free(struct symbols *symbols)
{
	free(symbols);
}

enum symbols_state symbols_open(struct symbols *symbols, const char *path, const char *build_id,
				struct symbols_module **module)
{
	size_t length = strlen(path);

	(void)symbols;
	if (length == 0 || path[length - 1] == '0')
		return SYMBOLS_ABSENT;
	if (build_id != NULL && strncmp(build_id, "00", 2) == 0)
		return SYMBOLS_OTHER;
	*module = &the_module;
	return SYMBOLS_HERE;
}

void symbols_find(struct symbols_module *module, uint64_t offset, struct symbols_place *place)
{
	static const char *const names[] = {
		"f",  "_ZN1a1bEv",    "_ZTV", "", "\033[31m\nphaselock run: PASS", "a < b (c+0x1)",
		"_Z", "__GI___strdup"};

	(void)module;
	*place = (struct symbols_place){.count = offset & 3};
	place->functions =
		place->count > 0 ? calloc(place->count, sizeof(*place->functions)) : NULL;
	for (size_t i = 0; i < place->count; i++) {
		place->functions[i].name = strdup(names[(offset >> 2 & 7) ^ i]);
		place->functions[i].file = (offset >> 5 & 1) != 0 ? strdup("/src/a \n.c") : NULL;
		place->functions[i].line = (unsigned)(offset >> 6);
	}
	place->symbol = (offset >> 7 & 1) != 0 ? strdup(names[offset >> 8 & 7]) : NULL;
	place->symbol_offset = offset >> 4;
}

void symbols_forget(struct symbols_place *place)
{
	for (size_t i = 0; i < place->count; i++) {
		free(place->functions[i].name);
		free(place->functions[i].file);
	}
	free(place->functions);
	free(place->symbol);
}
