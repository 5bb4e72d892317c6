/* SPDX-License-Identifier: MIT */
/*
 * Program headers say what the dynamic linker was asked to map. Only the kernel knows whether that
 * can be read. It must not know what lies there.
 */
#include "stack/readable.h"

#include "common/os.h"

#include <elf.h>

#define PAGES_MAX 256

static uintptr_t page_of(uintptr_t address)
{
	return address & ~(uintptr_t)(PL_PAGE_SIZE - 1);
}

bool pl_readable_part(uintptr_t base, const ElfW(Phdr) *headers, size_t count, size_t which)
{
	const ElfW(Phdr) *part = &headers[which];
	uint64_t size = part->p_filesz < part->p_memsz ? part->p_filesz : part->p_memsz;

	if (part->p_memsz > UINTPTR_MAX - part->p_vaddr)
		return false;
	for (size_t i = 0; i < count; i++)
		if (i != which && headers[i].p_type == PT_LOAD && headers[i].p_memsz > 0 &&
		    page_of(headers[i].p_vaddr) - part->p_vaddr < part->p_memsz)
			return false;
	/* A file's pages are there up to its end, so the last one stands for all. */
	return size == 0 ||
	       pl_os_is_readable((const void *)page_of(base + part->p_vaddr + size - 1));
}

size_t pl_readable_left(uintptr_t address, uintptr_t end)
{
	uintptr_t page = page_of(address);

	for (unsigned i = 0; i < PAGES_MAX && page < end; i++, page += PL_PAGE_SIZE)
		if (!pl_os_is_readable((const void *)page))
			break;
	if (page <= address)
		return 0;
	return (page < end ? page : end) - address;
}
