/* SPDX-License-Identifier: MIT */
/*
 * Functions by name, by libdw. It must not know of files to open, nor what the functions are for.
 */
#define _GNU_SOURCE
#include "functions.h"

#include "common/clone.h"
#include "common/glob.h"
#include "demangle.h"
#include "lines.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

/* Deeper than any compiler nests scopes; one of them is a frame of this process's stack. */
#define DEPTH_MAX 1000

#define LINE_MAX 4096 /* longer names are left out */
#define PATTERN_MAX 512

/* What to look for, and where to put what is found. */
struct search {
	const char *patterns;
	struct pl_text *text;
	Dwarf_Addr bias; /* of the addresses of debug information */
	bool is_cut;
};

/* As the library matches names: with what compilers append, or without. */
static bool matches(const struct search *search, const char *name)
{
	const char *at = search->patterns;

	for (size_t length; *at != '\0'; at += length + (at[length] == '\n')) {
		char pattern[PATTERN_MAX];

		length = strcspn(at, "\n");
		if (length >= sizeof(pattern))
			continue;
		memcpy(pattern, at, length);
		pattern[length] = '\0';
		if (pl_glob_is_valid(pattern) &&
		    (pl_glob_matches(pattern, name) ||
		     pl_glob_matches_start(pattern, name, pl_clone_base(name))))
			return true;
	}
	return false;
}

/* Cuts a demangled name before its arguments, if it has any. */
static void cut_arguments(char *name)
{
	char *end = strrchr(name, ')');
	unsigned depth = 0;

	for (char *at = end; at != NULL && at > name; at--) {
		depth += *at == ')';
		depth -= *at == '(';
		if (depth == 0) {
			*at = '\0';
			return;
		}
	}
}

/*
 * Returns the name by which a function matches, or NULL. It is the given one, or is written to
 * *demangled, to be freed.
 */
static const char *matching_name(const struct search *search, const char *name, char **demangled)
{
	*demangled = NULL;
	if (matches(search, name))
		return name;
	if (strncmp(name, "_Z", 2) != 0)
		return NULL;
	*demangled = demangle(name);
	if (*demangled == NULL || matches(search, *demangled))
		return *demangled;
	cut_arguments(*demangled);
	return matches(search, *demangled) ? *demangled : NULL;
}

/* A name with such a byte in it would become two lines. */
static bool is_one_line(const char *name)
{
	return strchr(name, '\n') == NULL && strlen(name) < LINE_MAX;
}

/* Adds whole lines or nothing. */
static void add_line(struct search *search, const char *line)
{
	if (search->text->capacity - search->text->length <= strlen(line))
		search->is_cut = true;
	else if (!search->is_cut)
		pl_text_append(search->text, "%s", line);
}

/* Adds the name of a function if it matches; returns whether it does. */
static bool add_name(struct search *search, const char *name)
{
	char line[LINE_MAX + 3], *demangled;
	struct pl_text text = pl_text_in(line, sizeof(line));
	const char *matching = matching_name(search, name, &demangled);

	if (matching != NULL && is_one_line(matching)) {
		pl_text_append(&text, "f%s\n", matching);
		add_line(search, line);
	}
	free(demangled);
	return text.length > 0;
}

static void add_range(struct search *search, Dwarf_Addr start, Dwarf_Addr end)
{
	char line[64];
	struct pl_text text = pl_text_in(line, sizeof(line));

	if (start >= end)
		return;
	pl_text_append(&text, "r%lx-%lx\n", (uint64_t)start, (uint64_t)end);
	add_line(search, line);
}

/* ---- symbols --------------------------------------------------------------------------------- */

static void list_symbols(struct search *search, Dwfl_Module *module)
{
	int count = dwfl_module_getsymtab(module);

	for (int i = 1; i < count && !search->is_cut; i++) {
		GElf_Word section;
		GElf_Addr address;
		GElf_Sym symbol;
		const char *name =
			dwfl_module_getsym_info(module, i, &symbol, &address, &section, NULL, NULL);

		if (name == NULL || GELF_ST_TYPE(symbol.st_info) != STT_FUNC ||
		    symbol.st_size == 0 || section == SHN_UNDEF)
			continue;
		if (add_name(search, name))
			add_range(search, address, address + symbol.st_size);
	}
}

/* ---- debug information ----------------------------------------------------------------------- */

static void list_ranges(struct search *search, Dwarf_Die *function)
{
	const char *name = lines_name(function);
	Dwarf_Addr base, start, end;
	ptrdiff_t at = 0;

	if (name == NULL || !add_name(search, name))
		return;
	while (!search->is_cut && (at = dwarf_ranges(function, at, &base, &start, &end)) > 0)
		add_range(search, start + search->bias, end + search->bias);
}

/* Whether an entry with such a tag can have a function in it, directly or further down. */
static bool has_functions(int tag)
{
	return lines_is_container(tag) || tag == DW_TAG_inlined_subroutine ||
	       tag == DW_TAG_lexical_block || tag == DW_TAG_try_block || tag == DW_TAG_catch_block;
}

static void list_below(struct search *search, Dwarf_Die *parent, unsigned depth)
{
	Dwarf_Die die;

	if (depth == DEPTH_MAX || dwarf_child(parent, &die) != 0)
		return;
	do {
		int tag = dwarf_tag(&die);

		if (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram)
			list_ranges(search, &die);
		if (has_functions(tag))
			list_below(search, &die, depth + 1);
	} while (!search->is_cut && dwarf_siblingof(&die, &die) == 0);
}

bool functions_list(Dwfl_Module *module, const char *patterns, struct pl_text *text)
{
	struct search search = {.patterns = patterns, .text = text};
	Dwarf_Die *unit = NULL, split;

	list_symbols(&search, module);
	while (!search.is_cut && (unit = dwfl_module_nextcu(module, unit, &search.bias)) != NULL)
		list_below(&search, lines_whole_unit(unit, &split), 0);
	return !search.is_cut;
}
