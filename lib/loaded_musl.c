/* SPDX-License-Identifier: MIT */
/*
 * The list of loaded modules, as musl keeps it: its fork() waits for the lock of that list, so a
 * child finds it open. It must not know what is looked for in them.
 */
#define _GNU_SOURCE
#include "loaded.h"

void pl_loaded_started(void)
{
}

void pl_loaded_fork_child(void)
{
}

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

bool pl_loaded_each(bool (*look)(const struct pl_loaded *module, void *argument), void *argument)
{
	struct walk walk = {look, argument};

	return dl_iterate_phdr(hand_on, &walk) != 0;
}
