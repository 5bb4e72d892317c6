/* SPDX-License-Identifier: MIT */
/*
 * The list of loaded modules, as musl keeps it: its fork() waits for the lock of that list, so a
 * child finds it open. It must not know what is looked for in them.
 */
#define _GNU_SOURCE
#include "loaded.h"

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
	struct pl_loaded module = {.base = info->dlpi_addr, .name = info->dlpi_name};

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			module.dynamic =
				(const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
	return walk->look(&module, walk->argument);
}

bool pl_loaded_each(bool (*look)(const struct pl_loaded *module, void *argument), void *argument)
{
	struct walk walk = {look, argument};

	return dl_iterate_phdr(hand_on, &walk) != 0;
}
