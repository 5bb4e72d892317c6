/* SPDX-License-Identifier: MIT */
/* Which bytes of an object are there, by its program headers. It must not know what they are. */
#include "segment.h"

#include <elf.h>

size_t pl_segment_left(const struct pl_object *object, const void *address)
{
	uintptr_t at = (uintptr_t)address, offset = at - object->base;

	for (size_t i = 0; i < object->header_count; i++) {
		const ElfW(Phdr) *part = &object->headers[i];

		if (part->p_type == PT_LOAD && (part->p_flags & PF_R) != 0 &&
		    offset - part->p_vaddr < part->p_memsz)
			return part->p_memsz - (offset - part->p_vaddr);
	}
	/* Where the headers do not lie behind that of the file, what is mapped must do. */
	return object->header_count == 0 && at >= object->start && at < object->end
		       ? object->end - at
		       : 0;
}
