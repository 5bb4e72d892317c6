/* SPDX-License-Identifier: MIT */
/*
 * Finds objects by dl_iterate_phdr(), because musl has nothing better. It takes the dynamic
 * linker's lock, to read, at each step from one object to the next. musl's own linker does not call
 * the public malloc() under that lock, so only a signal handler that interrupted a dlopen() could
 * wait for its own thread.
 */
#define _GNU_SOURCE
#include "stack/object.h"

struct search {
	uintptr_t address;
	struct pl_object *object;
};

static int look(struct dl_phdr_info *info, size_t size, void *argument)
{
	struct search *search = argument;
	struct pl_object object = {.base = info->dlpi_addr,
				   .name = info->dlpi_name,
				   .headers = info->dlpi_phdr,
				   .header_count = info->dlpi_phnum,
				   .start = UINTPTR_MAX};
	bool inside = false;

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + part->p_vaddr, end = start + part->p_memsz;

		if (part->p_type == PT_DYNAMIC)
			object.dynamic = (const void *)start;
		if (part->p_type == PT_GNU_EH_FRAME)
			object.table_index = (const void *)start;
		if (part->p_type != PT_LOAD)
			continue;
		inside = inside || search->address - start < part->p_memsz;
		object.start = start < object.start ? start : object.start;
		object.end = end > object.end ? end : object.end;
	}
	*search->object = object;
	return inside;
}

bool pl_object_find(const void *address, struct pl_object *object)
{
	struct search search = {.address = (uintptr_t)address, .object = object};

	*object = (struct pl_object){.base = 0};
	return dl_iterate_phdr(look, &search) != 0;
}

struct pl_object pl_object_of(const struct pl_loaded *module)
{
	return (struct pl_object){.base = module->base,
				  .name = module->name,
				  .dynamic = module->dynamic,
				  .headers = module->headers,
				  .header_count = module->header_count,
				  .start = module->start,
				  .end = module->end};
}

/* musl's dlclose() unloads nothing. */
void pl_object_start(void)
{
}

bool pl_object_stays(const void *address)
{
	(void)address;
	return true;
}

/* There are no unwind tables to remember anything of. */
unsigned pl_object_lasting(uintptr_t address, uintptr_t *start, uintptr_t *end)
{
	(void)address;
	(void)start;
	(void)end;
	return 0;
}

bool pl_object_trace(uintptr_t address, struct pl_object_trace *trace)
{
	(void)address;
	(void)trace;
	return false;
}
