/* SPDX-License-Identifier: MIT */
/* Reads the notes of an object. It must not know what a build-id is compared with. */
#include "stack/build_id.h"

#include "stack/segment.h"

#include <elf.h>
#include <string.h>

#define BUILD_ID_MAX 64 /* bytes: linkers make 8 to 32 */

struct found {
	const unsigned char *bytes;
	size_t size;
};

static size_t filled_up(uint32_t size)
{
	return ((size_t)size + 3) & ~(size_t)3;
}

/* A note is its three words, its name and its contents, both padded to four bytes. */
static bool read_build_id(const char *notes, size_t size, struct found *found)
{
	static const char owner[] = "GNU";

	while (size >= sizeof(ElfW(Nhdr)) + sizeof(owner)) {
		size_t name_size, whole;
		ElfW(Nhdr) note;

		memcpy(&note, notes, sizeof(note));
		name_size = filled_up(note.n_namesz);
		whole = sizeof(note) + name_size + filled_up(note.n_descsz);
		if (whole > size)
			return false;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(owner) &&
		    note.n_descsz <= BUILD_ID_MAX &&
		    memcmp(notes + sizeof(note), owner, sizeof(owner)) == 0) {
			found->bytes = (const unsigned char *)notes + sizeof(note) + name_size;
			found->size = note.n_descsz;
			return true;
		}
		notes += whole;
		size -= whole;
	}
	return false;
}

const unsigned char *pl_build_id_find(const struct pl_object *object, size_t *size)
{
	struct found found = {.bytes = NULL};

	for (size_t i = 0; i < object->header_count; i++) {
		const ElfW(Phdr) *part = &object->headers[i];
		const char *notes = (const char *)(object->base + part->p_vaddr);
		size_t left;

		if (part->p_type != PT_NOTE)
			continue;
		left = pl_segment_left(object, notes);
		if (read_build_id(notes, left < part->p_memsz ? left : part->p_memsz, &found))
			break;
	}
	*size = found.size;
	return found.bytes;
}
