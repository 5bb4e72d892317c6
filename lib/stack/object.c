/* SPDX-License-Identifier: MIT */
/*
 * Finds objects by glibc's _dl_find_object(), which is safe in signal handlers and takes no lock.
 * dladdr() is not: it waits for a thread that runs a constructor in dlopen().
 */
#define _GNU_SOURCE
#include "stack/object.h"

#include "common/os.h"
#include "stack/readable.h"

#include <dlfcn.h>
#include <elf.h>
#include <string.h>
#include <sys/auxv.h>

#pragma weak _dl_find_object /* an older libc does not have it */

/* Written by the constructor, read by any thread; sorted by address. */
static struct range {
	uintptr_t start;
	uintptr_t end;
} lasting[PL_OBJECT_LASTING_MAX];
static size_t lasting_count;

/* The ELF header lies at the start of the object, and the program headers on the same page. */
static void find_headers(const void *start, struct pl_object *object)
{
	const ElfW(Ehdr) *header = start;
	size_t size;

	object->is_whole = pl_object_stays(start);
	if (!object->is_whole && !pl_os_is_readable(start))
		return;
	size = header->e_phnum * sizeof(ElfW(Phdr));
	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || size > PL_PAGE_SIZE ||
	    header->e_phoff > PL_PAGE_SIZE - size || header->e_phoff % sizeof(uint64_t) != 0)
		return;
	object->headers = (const void *)((const char *)start + header->e_phoff);
	object->header_count = header->e_phnum;
}

/* Of a static program glibc knows only where its code is. */
static void find_in_static_program(struct pl_object *object)
{
	object->headers = (const void *)getauxval(AT_PHDR);
	object->header_count = getauxval(AT_PHNUM);
	for (size_t i = 0; i < object->header_count; i++)
		if (object->headers[i].p_type == PT_GNU_EH_FRAME)
			object->table_index =
				(const void *)(object->base + object->headers[i].p_vaddr);
	object->is_whole = true; /* the kernel has loaded it */
}

bool pl_object_find(const void *address, struct pl_object *object)
{
	struct dl_find_object found;

	if (_dl_find_object == NULL || _dl_find_object((void *)(uintptr_t)address, &found) != 0)
		return false;
	*object = (struct pl_object){.base = found.dlfo_link_map->l_addr,
				     .name = found.dlfo_link_map->l_name,
				     .dynamic = found.dlfo_link_map->l_ld,
				     .start = (uintptr_t)found.dlfo_map_start,
				     .end = (uintptr_t)found.dlfo_map_end,
				     .table_index = found.dlfo_eh_frame};
	find_headers(found.dlfo_map_start, object);
	if (object->header_count == 0 && object->name[0] == '\0')
		find_in_static_program(object);
	return true;
}

struct pl_object pl_object_of(const struct pl_loaded *module)
{
	struct pl_object object = {.base = module->base,
				   .name = module->name,
				   .dynamic = module->dynamic,
				   .headers = module->headers,
				   .header_count = module->header_count,
				   .start = module->start,
				   .end = module->end,
				   .is_whole = pl_object_stays((const void *)module->start)};

	if (object.header_count == 0)
		find_headers((const void *)object.start, &object);
	return object;
}

/* Whether an object's headers are known and true. */
static bool is_whole(const struct pl_object *object)
{
	for (size_t i = 0; i < object->header_count; i++)
		if (object->headers[i].p_type == PT_LOAD &&
		    (object->headers[i].p_flags & PF_R) != 0 &&
		    !pl_readable_part(object->base, object->headers, object->header_count, i))
			return false;
	return object->header_count > 0;
}

static bool note(const struct pl_loaded *module, void *unused)
{
	struct range range = {module->start, module->end};
	struct pl_object object = pl_object_of(module);
	size_t at = lasting_count;

	(void)unused;
	if (at == PL_OBJECT_LASTING_MAX || range.end == 0 || !is_whole(&object))
		return false;
	for (; at > 0 && lasting[at - 1].start > range.start; at--)
		lasting[at] = lasting[at - 1];
	lasting[at] = range;
	lasting_count++;
	return false;
}

void pl_object_start(void)
{
	pl_loaded_each(note, NULL);
}

unsigned pl_object_lasting(uintptr_t address, uintptr_t *start, uintptr_t *end)
{
	size_t low = 0, high = lasting_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (address < lasting[middle].start) {
			high = middle;
		} else if (address >= lasting[middle].end) {
			low = middle + 1;
		} else {
			*start = lasting[middle].start;
			*end = lasting[middle].end;
			return (unsigned)middle + 1;
		}
	}
	return 0;
}

bool pl_object_stays(const void *address)
{
	uintptr_t start, end;

	return pl_object_lasting((uintptr_t)address, &start, &end) != 0;
}

bool pl_object_trace(uintptr_t address, struct pl_object_trace *trace)
{
	struct dl_find_object found;

	if (_dl_find_object == NULL || _dl_find_object((void *)address, &found) != 0)
		return false;
	*trace = (struct pl_object_trace){.start = (uintptr_t)found.dlfo_map_start,
					  .end = (uintptr_t)found.dlfo_map_end,
					  .table_index = found.dlfo_eh_frame,
					  .map = found.dlfo_link_map,
					  .name = found.dlfo_link_map->l_name};
	return true;
}
