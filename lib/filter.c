/* SPDX-License-Identifier: MIT */
/*
 * Whether the process could put itself under a filter of system calls (seccomp(2)), by what its
 * modules refer to. It must not know who is afraid of one.
 */
#define _GNU_SOURCE
#include "filter.h"

#include "dynamic.h"
#include "module.h"

#include <string.h>

/* What installs a filter, or finds a function that does. */
static bool leads_to_filters(const char *function)
{
	static const char *const names[] = {"prctl",  "syscall", "dlsym",
					    "dlvsym", "dlopen",	 "dlmopen"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(function, names[i]) == 0)
			return true;
	return false;
}

static bool contains(const struct dl_phdr_info *info, uintptr_t address)
{
	for (size_t i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD &&
		    address - info->dlpi_addr - info->dlpi_phdr[i].p_vaddr <
			    info->dlpi_phdr[i].p_memsz)
			return true;
	return false;
}

/* Counts the modules, and ends the walk at one that could install a filter. */
static int could_filter(struct dl_phdr_info *info, size_t size, void *argument)
{
	size_t *modules = argument;
	bool is_program = ++*modules == 1;
	struct pl_dynamic dynamic;
	size_t count;

	(void)size;
	/* The program is looked at even if the library is in it. */
	if (!is_program &&
	    (contains(info, (uintptr_t)could_filter) || pl_module_is_runtime(info->dlpi_name)))
		return 0;
	if (!pl_dynamic_read_loaded(&dynamic, info))
		return is_program; /* static: it has no list of what it uses */
	count = pl_dynamic_symbol_count(&dynamic);
	for (size_t i = 0; i < count; i++)
		if (dynamic.symbols[i].st_shndx == SHN_UNDEF &&
		    leads_to_filters(dynamic.names + dynamic.symbols[i].st_name))
			return 1;
	return 0;
}

bool pl_filter_is_possible(void)
{
	size_t modules = 0;

	return dl_iterate_phdr(could_filter, &modules) != 0;
}
