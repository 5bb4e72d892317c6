/* SPDX-License-Identifier: MIT */
/*
 * Whether the process could put itself under a filter of system calls (seccomp(2)), judged by what
 * its modules refer to. It must not know who has to fear one.
 */
#define _GNU_SOURCE
#include "life/filter.h"

#include "stack/dynamic.h"
#include "stack/loaded.h"
#include "common/runtime.h"
#include "stack/object.h"

#include <string.h>

/* Functions that install filters, and those that find functions that do. */
static const char *const names[] = {"prctl", "syscall", "dlsym", "dlvsym", "dlopen", "dlmopen"};

#define INSTALLING 2

struct look {
	size_t modules;	 /* so far */
	size_t how_many; /* of the names count */
};

static bool leads_to_filters(const char *function, size_t how_many)
{
	for (size_t i = 0; i < how_many; i++)
		if (strcmp(function, names[i]) == 0)
			return true;
	return false;
}

/* Counts the modules, and ends the walk at one that could install a filter. */
static bool could_filter(const struct pl_loaded *module, void *argument)
{
	struct look *look = argument;
	bool is_program = ++look->modules == 1;
	uintptr_t own = (uintptr_t)could_filter;
	struct pl_object object;
	struct pl_dynamic dynamic;
	size_t count;

	/* The program itself is looked at even if the library is linked into it. */
	if (!is_program &&
	    ((own >= module->start && own < module->end) || pl_runtime_is_library(module->name)))
		return false;
	object = pl_object_of(module);
	if (!pl_dynamic_read(&dynamic, &object))
		return is_program; /* static: it does not list what it uses */
	count = pl_dynamic_symbol_count(&dynamic);
	for (size_t i = 0; i < count; i++)
		if (dynamic.symbols[i].st_shndx == SHN_UNDEF &&
		    leads_to_filters(pl_dynamic_symbol_name(&dynamic, &dynamic.symbols[i]),
				     look->how_many))
			return true;
	return false;
}

bool pl_filter_is_possible(void)
{
	struct look look = {.how_many = sizeof(names) / sizeof(names[0])};

	return pl_loaded_each(could_filter, &look);
}

bool pl_filter_is_near(void)
{
	struct look look = {.how_many = INSTALLING};

	return pl_loaded_each(could_filter, &look);
}
