/* SPDX-License-Identifier: MIT */
/*
 * Objects by glibc's _dl_find_object(), which is safe in signal handlers and takes no lock, unlike
 * dladdr(), which waits for whoever runs a constructor in dlopen().
 */
#define _GNU_SOURCE
#include "object.h"

#include <dlfcn.h>
#include <elf.h>
#include <string.h>
#include <sys/auxv.h>

#pragma weak _dl_find_object /* an older libc does not have it */

/* The ELF header lies at the start of the object, and the program headers on the same page. */
static void find_headers(const void *start, struct pl_object *object)
{
	const ElfW(Ehdr) *header = start;

	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
	    header->e_phoff + header->e_phnum * sizeof(ElfW(Phdr)) > PL_PAGE_SIZE)
		return;
	object->headers = (const void *)((const char *)start + header->e_phoff);
	object->header_count = header->e_phnum;
}

bool pl_object_find(const void *address, struct pl_object *object)
{
	struct dl_find_object found;

	if (_dl_find_object == NULL || _dl_find_object((void *)(uintptr_t)address, &found) != 0)
		return false;
	*object = (struct pl_object){.base = found.dlfo_link_map->l_addr,
				     .name = found.dlfo_link_map->l_name,
				     .dynamic = found.dlfo_link_map->l_ld};
	find_headers(found.dlfo_map_start, object);
	if (object->header_count == 0 && object->name[0] == '\0') {
		/* A static program, of which glibc knows no more than where its code is. */
		object->headers = (const void *)getauxval(AT_PHDR);
		object->header_count = getauxval(AT_PHNUM);
	}
	return true;
}
