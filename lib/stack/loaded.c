/* SPDX-License-Identifier: MIT */
/*
 * Walks the loaded modules, by the dynamic linker's own walk, which takes a lock, or without it
 * (chain.h). It must not know what is looked for in them.
 */
#define _GNU_SOURCE
#include "stack/loaded.h"

/* Other threads may load and unload; written by the constructor and in the child of a fork. */
static bool is_shared;

void pl_loaded_started(void)
{
	is_shared = true;
}

void pl_loaded_fork_child(void)
{
	is_shared = false;
}

/* What dl_iterate_phdr() hands on. */
struct walk {
	bool (*look)(const struct pl_loaded *module, void *argument);
	void *argument;
};

static int hand_on(struct dl_phdr_info *info, size_t size, void *argument)
{
	const struct walk *walk = argument;
	struct pl_loaded module = {.base = info->dlpi_addr,
				   .name = info->dlpi_name,
				   .headers = info->dlpi_phdr,
				   .header_count = info->dlpi_phnum,
				   .start = UINTPTR_MAX};

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

bool pl_loaded_each(bool (*look)(const struct pl_loaded *module, void *argument), void *argument)
{
	struct walk walk = {look, argument};
	bool found;

	if (!is_shared && pl_chain_each(look, argument, &found))
		return found;
	return dl_iterate_phdr(hand_on, &walk) != 0;
}
