/* SPDX-License-Identifier: MIT */
/* Which bytes of an object can be read, by its program headers. It must not know what they are. */
#include "stack/segment.h"

#include "stack/readable.h"

#include <elf.h>

/* For an object whose headers are unknown or may be wrong: there may be gaps between its parts. */
static size_t left_in_doubt(const struct pl_object *object, uintptr_t at)
{
	return at >= object->start && at < object->end ? pl_readable_left(at, object->end) : 0;
}

size_t pl_segment_left(const struct pl_object *object, const void *address)
{
	uintptr_t at = (uintptr_t)address, offset = at - object->base;

	for (size_t i = 0; i < object->header_count; i++) {
		const ElfW(Phdr) *part = &object->headers[i];

		if (part->p_type != PT_LOAD || (part->p_flags & PF_R) == 0 ||
		    offset - part->p_vaddr >= part->p_memsz)
			continue;
		return object->is_whole || pl_readable_part(object->base, object->headers,
							    object->header_count, i)
			       ? part->p_memsz - (offset - part->p_vaddr)
			       : left_in_doubt(object, at);
	}
	return object->header_count == 0 ? left_in_doubt(object, at) : 0;
}
