/* SPDX-License-Identifier: MIT */
/*
 * DWARF, by libdw: the line of an address, the function it is in, and the functions that the
 * compiler put into that one. It must not know of files to open.
 */
#define _GNU_SOURCE
#include "lines.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MAX_LENGTH (ANSWER_FUNCTIONS - 1)

/* Deeper than any compiler nests scopes; one of them is a frame of this process's stack. */
#define DEPTH_MAX 1000

/*
 * Finds the compilation unit of an address by asking each unit. The table of addresses
 * (.debug_aranges) has none of clang's units, and libdwfl names the nearest unit for an address
 * between two ranges of one: that is code of an object without debug information.
 */
static Dwarf_Die *find_unit(Dwfl_Module *module, Dwarf_Addr address, Dwarf_Addr *bias)
{
	Dwarf_Die *unit = dwfl_module_addrdie(module, address, bias);

	if (unit != NULL && dwarf_haspc(unit, address - *bias) > 0)
		return unit;
	unit = NULL;
	while ((unit = dwfl_module_nextcu(module, unit, bias)) != NULL)
		if (dwarf_haspc(unit, address - *bias) > 0)
			return unit;
	return NULL;
}

const char *lines_name(Dwarf_Die *die)
{
	static const unsigned kinds[] = {DW_AT_linkage_name, DW_AT_MIPS_linkage_name, DW_AT_name};
	Dwarf_Attribute attribute;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (dwarf_attr_integrate(die, kinds[i], &attribute) != NULL)
			return dwarf_formstring(&attribute);
	return NULL;
}

/* A relative name is relative to where the compiler ran. */
static char *full_path(Dwarf_Die *unit, const char *file)
{
	Dwarf_Attribute attribute;
	const char *folder = NULL;
	char *path;

	if (*file != '/')
		folder = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));
	if (folder == NULL)
		return strdup(file);
	return asprintf(&path, "%s/%s", folder, file) >= 0 ? path : NULL;
}

/* The line of the address itself; by line 0 the compiler says that it belongs to none. */
static void find_line(Dwarf_Die *unit, Dwarf_Addr address, struct symbols_function *function)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, address);
	const char *file = line != NULL ? dwarf_linesrc(line, NULL, NULL) : NULL;
	int number;

	if (file == NULL || dwarf_lineno(line, &number) != 0 || number <= 0)
		return;
	function->file = full_path(unit, file);
	function->line = (unsigned)number;
}

/* Where an inlined function was called; that is the line in the function around it. */
static void find_call(Dwarf_Die *unit, Dwarf_Die *inlined, struct symbols_function *around)
{
	Dwarf_Word file_number = 0, line = 0;
	Dwarf_Attribute attribute;
	Dwarf_Files *files;
	const char *file;

	dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &line);
	if (line == 0 || dwarf_getsrcfiles(unit, &files, NULL) != 0 ||
	    dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &file_number) != 0)
		return;
	file = dwarf_filesrc(files, file_number, NULL, NULL);
	if (file == NULL)
		return;
	around->file = full_path(unit, file);
	around->line = (unsigned)line;
}

/* The functions around an address, outermost first: one that was compiled, and those inlined. */
struct path {
	Dwarf_Die functions[PATH_MAX_LENGTH];
	size_t count;
};

bool lines_is_container(int tag)
{
	switch (tag) {
	case DW_TAG_namespace:
	case DW_TAG_module:
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_subprogram: /* a procedure in a procedure has its code elsewhere */
		return true;
	default:
		return false;
	}
}

/*
 * Descends to the innermost function; returns whether there is one. dwarf_getscopes() is not used:
 * it goes on where an inlined function was defined, and finds none that was defined in another
 * unit, as link-time optimisation has it.
 */
static bool descend(Dwarf_Die *parent, Dwarf_Addr address, struct path *path, unsigned depth)
{
	Dwarf_Die die;

	if (depth == DEPTH_MAX || dwarf_child(parent, &die) != 0)
		return false;
	do {
		int tag = dwarf_tag(&die);
		bool is_function = tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;

		if ((is_function || tag == DW_TAG_lexical_block) &&
		    dwarf_haspc(&die, address) > 0) {
			if (is_function && path->count < PATH_MAX_LENGTH)
				path->functions[path->count++] = die;
			descend(&die, address, path, depth + 1);
			return true;
		}
		if (lines_is_container(tag) && descend(&die, address, path, depth + 1))
			return true;
	} while (dwarf_siblingof(&die, &die) == 0);
	return false;
}

Dwarf_Die *lines_whole_unit(Dwarf_Die *unit, Dwarf_Die *split)
{
	uint8_t kind;

	if (dwarf_cu_info(unit->cu, NULL, &kind, NULL, split, NULL, NULL, NULL) == 0 &&
	    kind == DW_UT_skeleton && dwarf_tag(split) != DW_TAG_invalid)
		return split;
	return unit;
}

/*
 * Fills in the functions from the innermost outwards. Returns how many there are; `functions` has
 * room for one more than the path has.
 */
static size_t list_functions(Dwarf_Die *unit, struct path *path, struct symbols_function *functions)
{
	size_t count = 0;

	while (path->count > 0) {
		Dwarf_Die *die = &path->functions[--path->count];
		const char *name = lines_name(die);

		functions[count++].name = name != NULL ? strdup(name) : NULL;
		if (dwarf_tag(die) == DW_TAG_subprogram)
			return count;
		find_call(unit, die, &functions[count]);
	}
	/*
	 * Code from an assembler, say, has a line, and its function is known by its symbol alone.
	 */
	return functions[count].file != NULL ? count + 1 : count;
}

/*
 * If debug information has no linkage names, the symbol table knows the outermost function better.
 */
static void complete_name(struct symbols_function *outermost, const char *symbol)
{
	const char *name = outermost->name;

	if (symbol == NULL || (name != NULL && strncmp(name, "_Z", 2) == 0) ||
	    (name != NULL && strncmp(symbol, "_Z", 2) != 0))
		return;
	free(outermost->name);
	outermost->name = strdup(symbol);
}

void lines_find(Dwfl_Module *module, Dwarf_Addr address, struct symbols_place *place)
{
	struct path path = {.count = 0};
	Dwarf_Die *unit, *whole, split;
	Dwarf_Addr bias;

	unit = find_unit(module, address, &bias);
	if (unit == NULL)
		return;
	address -= bias;
	whole = lines_whole_unit(unit, &split);
	descend(whole, address, &path, 0);
	place->functions = calloc(path.count + 1, sizeof(*place->functions));
	if (place->functions == NULL)
		return;
	find_line(unit, address, &place->functions[0]);
	place->count = list_functions(whole, &path, place->functions);
	if (place->count > 0)
		complete_name(&place->functions[place->count - 1], place->symbol);
}
