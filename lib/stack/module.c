/* SPDX-License-Identifier: MIT */
/*
 * Finds modules by object.h, which does not wait for a thread that runs a constructor in dlopen().
 * Finds names in the module's own table of dynamic symbols, which is mapped as long as the module
 * is, and for the program also in the table in its file. It must not know why somebody asks.
 */
#define _GNU_SOURCE
#include "stack/module.h"

#include "stack/build_id.h"
#include "stack/dynamic.h"
#include "stack/executable.h"
#include "stack/exported.h"
#include "common/format.h"
#include "stack/loaded.h"
#include "stack/object.h"
#include "common/runtime.h"
#include "stack/symtab.h"

#include <link.h>
#include <string.h>

#define PATH_SIZE 4096

static char program[PATH_SIZE];

void pl_module_start(void)
{
	pl_executable_find(program, sizeof(program));
}

/* Constructors that run before ours may ask. Two threads at once would find the same. */
static const char *program_path(void)
{
	if (program[0] == '\0')
		pl_module_start();
	return program;
}

static void name_function(const struct pl_object *object, struct pl_place *place)
{
	uintptr_t call = place->offset - 1; /* a return address may lie past its function's end */
	struct pl_dynamic dynamic;
	const ElfW(Sym) *symbol;

	if (!pl_dynamic_read(&dynamic, object))
		return;
	symbol = pl_exported_find(&dynamic, call);
	if (symbol == NULL)
		return;
	place->function = pl_dynamic_symbol_name(&dynamic, symbol);
	place->function_offset = place->offset - symbol->st_value;
}

static bool is_program(const struct pl_object *object)
{
	return object->name[0] == '\0' || pl_symtab_is_of(object->base);
}

/* Finds all but the function. */
static bool find_file(const void *address, struct pl_object *object, struct pl_place *place)
{
	*place = (struct pl_place){.offset = (uintptr_t)address};
	if (!pl_object_find((const void *)((uintptr_t)address - 1), object))
		return false;
	place->offset = (uintptr_t)address - object->base;
	place->path = is_program(object) ? program_path() : object->name;
	place->module = pl_base_name(place->path);
	place->build_id = pl_build_id_find(object, &place->build_id_size);
	return true;
}

static void find_function(const struct pl_object *object, struct pl_place *place)
{
	name_function(object, place);
	if (place->function == NULL && is_program(object))
		place->function = pl_symtab_find(place->offset, &place->function_offset);
}

void pl_module_find(const void *address, struct pl_place *place)
{
	struct pl_object object;

	if (find_file(address, &object, place))
		find_function(&object, place);
}

void pl_module_find_file(const void *address, struct pl_place *place)
{
	struct pl_object object;

	find_file(address, &object, place);
}

void pl_module_find_function(const void *address, struct pl_place *place)
{
	struct pl_object object;

	if (pl_object_find((const void *)((uintptr_t)address - 1), &object))
		find_function(&object, place);
}

const char *pl_module_origin(void *const *frames, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct pl_object object;
		const char *name;

		if (!pl_object_find((const void *)((uintptr_t)frames[i] - 1), &object))
			return NULL;
		name = pl_base_name(object.name[0] != '\0' ? object.name : program_path());
		if (!pl_runtime_is_library(name) && !pl_runtime_is_sanitizer(name))
			return name;
	}
	return NULL;
}

struct search {
	const char *library;
	const char *function;
	void *found;
};

static bool search_module(const struct pl_loaded *module, void *argument)
{
	struct search *search = argument;
	struct pl_object object;
	struct pl_dynamic dynamic;
	size_t count;

	if (strncmp(pl_base_name(module->name), search->library, strlen(search->library)) != 0)
		return false;
	object = pl_object_of(module);
	if (!pl_dynamic_read(&dynamic, &object))
		return false;
	count = pl_dynamic_symbol_count(&dynamic);
	for (size_t i = 0; i < count && search->found == NULL; i++)
		if (dynamic.symbols[i].st_shndx != SHN_UNDEF &&
		    strcmp(pl_dynamic_symbol_name(&dynamic, &dynamic.symbols[i]),
			   search->function) == 0)
			search->found = (void *)(object.base + dynamic.symbols[i].st_value);
	return search->found != NULL;
}

void *pl_module_function(const char *library, const char *function)
{
	struct search search = {.library = library, .function = function};

	pl_loaded_each(search_module, &search);
	return search.found;
}
