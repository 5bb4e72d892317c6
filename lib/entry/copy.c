/* SPDX-License-Identifier: MIT */
/*
 * Finds other copies by a mark, because names do not tell: a program linked with libphaselock.a
 * exports none of the library's names except the malloc family, which libc has, too. So each object
 * with a copy in it carries an ELF note, which is loaded with it and which linkers keep. It must
 * not know what a copy is good for.
 */
#include "entry/copy.h"

#include "stack/object.h"
#include "stack/segment.h"

#include <stdlib.h>
#include <string.h>

#include <phaselock/phaselock.h>

#define OWNER "phaselock"

static const struct note {
	ElfW(Nhdr) header;
	char owner[(sizeof(OWNER) + 3) / 4 * 4];
} mark PL_NOTE = {{sizeof(OWNER), 0, 1}, OWNER};

/*
 * Looks for the mark wherever a note may begin. Linkers put notes of different alignment into one
 * segment, so nobody can tell where the next one begins.
 */
static bool has_mark(const char *notes, size_t size)
{
	for (size_t at = 0; at + sizeof(mark) <= size; at += _Alignof(struct note))
		if (memcmp(notes + at, &mark, sizeof(mark)) == 0)
			return true;
	return false;
}

bool pl_copy_serves(uintptr_t function)
{
	struct pl_object object, own;

	if (!pl_object_find((const void *)function, &object) ||
	    !pl_object_find((const void *)(uintptr_t)pl_copy_serves, &own) ||
	    object.start == own.start)
		return false;
	for (size_t i = 0; i < object.header_count; i++) {
		const ElfW(Phdr) *header = &object.headers[i];
		const char *notes = (const char *)(object.base + header->p_vaddr);
		size_t left;

		if (header->p_type != PT_NOTE)
			continue;
		left = pl_segment_left(&object, notes);
		if (has_mark(notes, left < header->p_memsz ? left : header->p_memsz))
			return true;
	}
	return false;
}

const char *phaselock_version(void)
{
	return PL_TEXT_OF(PHASELOCK_VERSION_MAJOR) "." PL_TEXT_OF(
		PHASELOCK_VERSION_MINOR) "." PL_TEXT_OF(PHASELOCK_VERSION_PATCH);
}

/* The same function under a name that no other copy of the library can take. */
PL_HIDDEN const char *pl_own_version(void) __attribute__((alias("phaselock_version")));

/*
 * A process may load two copies: one over jemalloc and one over its own allocator, one linked and
 * one preloaded. The dynamic linker puts one in front, and all calls of the program go there; the
 * other one serves at most as its allocator. If a statically linked copy is in front, only the
 * malloc family shows it: its other names are not exported.
 */
bool pl_copy_is_in_front(void)
{
	const char *(*volatile called)(void) = phaselock_version;
	const char *(*volatile own)(void) = pl_own_version;
	void *(*volatile served)(size_t) = malloc;

	return called != own || pl_copy_serves((uintptr_t)served);
}
