/* SPDX-License-Identifier: MIT */
/*
 * Names of threads. The kernel tells a thread its name by prctl(2), which a filter of system calls
 * may answer by killing the process, and a thread cannot know whether it is under one (decision
 * 0020). It must not know what names are for.
 */
#define _GNU_SOURCE
#include "names.h"

#include "dynamic.h"
#include "module.h"
#include "os.h"

#include <string.h>

/* Written by pl_names_start(). Before that there was nobody to install a filter. */
static bool is_kept;
static char of_process[PL_NAME_SIZE];

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

void pl_names_start(bool may_ask)
{
	size_t modules = 0;

	pl_os_thread_name(of_process);
	is_kept = !may_ask && dl_iterate_phdr(could_filter, &modules) != 0;
}

void pl_names_get(char name[PL_NAME_SIZE])
{
	if (is_kept)
		memcpy(name, of_process, PL_NAME_SIZE);
	else
		pl_os_thread_name(name);
}
