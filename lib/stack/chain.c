/* SPDX-License-Identifier: MIT */
/*
 * Walks the list that glibc's dynamic linker keeps for debuggers; chain_musl.c says that there is
 * none. It must not know what is looked for in the modules.
 *
 * The links are whole at any moment. But in the child of a fork() a module may be half loaded or
 * half gone, so one that the dynamic linker does not find by its address is skipped.
 */
#define _GNU_SOURCE
#include "stack/chain.h"

#include <dlfcn.h>

#pragma weak _dl_find_object /* an older libc does not have it */

bool pl_chain_each(bool (*look)(const struct pl_loaded *module, void *argument), void *argument,
		   bool *found)
{
	if (_dl_find_object == NULL || _r_debug.r_map == NULL)
		return false;
	*found = false;
	for (const struct link_map *at = _r_debug.r_map; at != NULL && !*found; at = at->l_next) {
		struct pl_loaded module = {
			.base = at->l_addr, .name = at->l_name, .dynamic = at->l_ld};
		struct dl_find_object place;

		if (at->l_ld == NULL || _dl_find_object(at->l_ld, &place) != 0 ||
		    place.dlfo_link_map != at)
			continue;
		module.start = (uintptr_t)place.dlfo_map_start;
		module.end = (uintptr_t)place.dlfo_map_end;
		*found = look(&module, argument);
	}
	return true;
}
