/* SPDX-License-Identifier: MIT */
/*
 * The list of loaded modules, as glibc keeps it; loaded_musl.c is that of musl. It must not know what
 * is looked for in them.
 */
#define _GNU_SOURCE
#include "loaded.h"

#include <dlfcn.h>

#pragma weak _dl_find_object /* an older libc does not have it */

/* Others may load and unload; written by the constructor and in the child of a fork. */
static bool is_shared;

void pl_loaded_started(void)
{
	is_shared = true;
}

void pl_loaded_fork_child(void)
{
	is_shared = false;
}

/* What the dynamic linker's own walk hands on. */
struct walk {
	bool (*look)(const struct pl_loaded *module, void *argument);
	void *argument;
};

static int hand_on(struct dl_phdr_info *info, size_t size, void *argument)
{
	const struct walk *walk = argument;
	struct pl_loaded module = {
		.base = info->dlpi_addr, .name = info->dlpi_name, .start = UINTPTR_MAX};

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + part->p_vaddr, end = start + part->p_memsz;

		if (part->p_type == PT_DYNAMIC)
			module.dynamic = (const void *)start;
		if (part->p_type != PT_LOAD)
			continue;
		module.start = start < module.start ? start : module.start;
		module.end = end > module.end ? end : module.end;
	}
	return walk->look(&module, walk->argument);
}

/*
 * The list as it is, or as a fork found it. Its links are whole at any moment, but a module may be half loaded
 * or half gone: what the dynamic linker does not find by an address of it is passed over.
 */
static bool each_of_list(const struct walk *walk)
{
	for (const struct link_map *at = _r_debug.r_map; at != NULL; at = at->l_next) {
		struct pl_loaded module = {
			.base = at->l_addr, .name = at->l_name, .dynamic = at->l_ld};
		struct dl_find_object found;

		if (at->l_ld == NULL || _dl_find_object(at->l_ld, &found) != 0 ||
		    found.dlfo_link_map != at)
			continue;
		module.start = (uintptr_t)found.dlfo_map_start;
		module.end = (uintptr_t)found.dlfo_map_end;
		if (walk->look(&module, walk->argument))
			return true;
	}
	return false;
}

bool pl_loaded_each(bool (*look)(const struct pl_loaded *module, void *argument), void *argument)
{
	struct walk walk = {look, argument};

	if (!is_shared && _dl_find_object != NULL && _r_debug.r_map != NULL)
		return each_of_list(&walk);
	return dl_iterate_phdr(hand_on, &walk) != 0;
}
