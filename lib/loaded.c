/* SPDX-License-Identifier: MIT */
/*
 * The list of loaded modules, as glibc keeps it; loaded_musl.c is that of musl. It must not know what
 * is looked for in them.
 */
#define _GNU_SOURCE
#include "loaded.h"

#include <dlfcn.h>

#pragma weak _dl_find_object /* an older libc does not have it */

static bool is_forked; /* written in the child of a fork, before it has other threads */

void pl_loaded_fork_child(void)
{
	is_forked = true;
}

/* What the dynamic linker's own walk hands on. */
struct walk {
	bool (*look)(const struct pl_loaded *module, void *argument);
	void *argument;
};

static int hand_on(struct dl_phdr_info *info, size_t size, void *argument)
{
	const struct walk *walk = argument;
	struct pl_loaded module = {.base = info->dlpi_addr, .name = info->dlpi_name};

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			module.dynamic =
				(const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
	return walk->look(&module, walk->argument);
}

/*
 * The list as the fork found it. Its links are whole at any moment, but a module may be half loaded
 * or half gone: what the dynamic linker does not find by an address of it is passed over.
 */
static bool each_of_list(const struct walk *walk)
{
	for (const struct link_map *at = _r_debug.r_map; at != NULL; at = at->l_next) {
		struct pl_loaded module = {at->l_addr, at->l_name, at->l_ld};
		struct dl_find_object found;

		if (at->l_ld == NULL || _dl_find_object(at->l_ld, &found) != 0 ||
		    found.dlfo_link_map != at)
			continue;
		if (walk->look(&module, walk->argument))
			return true;
	}
	return false;
}

bool pl_loaded_each(bool (*look)(const struct pl_loaded *module, void *argument), void *argument)
{
	struct walk walk = {look, argument};

	if (is_forked && _dl_find_object != NULL && _r_debug.r_map != NULL)
		return each_of_list(&walk);
	return dl_iterate_phdr(hand_on, &walk) != 0;
}
