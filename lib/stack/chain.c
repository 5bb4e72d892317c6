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
#include <sys/auxv.h>

#pragma weak _dl_find_object /* an older libc does not have it */

/*
 * The kernel may have loaded the program with gaps between its parts. Then glibc finds one part at
 * a time, and only the program headers tell of all. They are the program's if they lead to its
 * dynamic section: a dynamic linker that was started by name has had others.
 */
static void find_program(struct pl_loaded *program)
{
	const ElfW(Phdr) *headers = (const void *)getauxval(AT_PHDR);
	size_t count = headers != NULL ? getauxval(AT_PHNUM) : 0;
	uintptr_t start = UINTPTR_MAX, end = 0, dynamic = 0;

	for (size_t i = 0; i < count; i++) {
		uintptr_t at = program->base + headers[i].p_vaddr;

		if (headers[i].p_type == PT_DYNAMIC)
			dynamic = at;
		if (headers[i].p_type != PT_LOAD)
			continue;
		start = at < start ? at : start;
		end = at + headers[i].p_memsz > end ? at + headers[i].p_memsz : end;
	}
	if (dynamic != (uintptr_t)program->dynamic)
		return;
	program->headers = headers;
	program->header_count = count;
	program->start = start;
	program->end = end;
}

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
		if (at == _r_debug.r_map)
			find_program(&module);
		*found = look(&module, argument);
	}
	return true;
}
