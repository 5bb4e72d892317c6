/* SPDX-License-Identifier: MIT */
/*
 * Objects by dl_iterate_phdr(), as musl has nothing better. It takes the dynamic linker's lock, to
 * read, from one object to the next. musl's own linker does not call the public malloc() under that
 * lock, so only a signal handler that interrupted a dlopen() could wait for its own thread.
 *
 * The unwinder of a gcc that was built for glibc asks for tables by a function that musl lacks: it
 * is here, and hidden.
 */
#define _GNU_SOURCE
#include "object.h"

struct search {
	uintptr_t address;
	struct pl_object *object;
	void *unwind_tables; /* .eh_frame_hdr of the object, or NULL */
};

static int look(struct dl_phdr_info *info, size_t size, void *argument)
{
	struct search *search = argument;
	bool inside = false;

	(void)size;
	search->unwind_tables = NULL;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + part->p_vaddr;

		if (part->p_type == PT_LOAD && search->address - start < part->p_memsz)
			inside = true;
		if (part->p_type == PT_DYNAMIC)
			search->object->dynamic = (const void *)start;
		if (part->p_type == PT_GNU_EH_FRAME)
			search->unwind_tables = (void *)start;
	}
	search->object->base = info->dlpi_addr;
	search->object->name = info->dlpi_name;
	search->object->headers = info->dlpi_phdr;
	search->object->header_count = info->dlpi_phnum;
	return inside;
}

bool pl_object_find(const void *address, struct pl_object *object)
{
	struct search search = {.address = (uintptr_t)address, .object = object};

	*object = (struct pl_object){.base = 0};
	return dl_iterate_phdr(look, &search) != 0;
}

/* As in the <dlfcn.h> of glibc for x86-64. */
struct dl_find_object {
	unsigned long long flags;
	void *map_start;
	void *map_end;
	struct link_map *link_map;
	void *eh_frame;
	unsigned long long reserved[7];
};

PL_HIDDEN int _dl_find_object(void *address, struct dl_find_object *found);

/* libgcc looks at eh_frame only. */
int _dl_find_object(void *address, struct dl_find_object *found)
{
	struct pl_object object = {.base = 0};
	struct search search = {.address = (uintptr_t)address, .object = &object};

	*found = (struct dl_find_object){.eh_frame = NULL};
	if (dl_iterate_phdr(look, &search) == 0 || search.unwind_tables == NULL)
		return -1;
	found->eh_frame = search.unwind_tables;
	return 0;
}
