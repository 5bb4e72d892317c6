/* SPDX-License-Identifier: MIT */
/*
 * Gets between the C library and main(), by pointing the program's own reference to
 * __libc_start_main() at a function of ours. The constructor runs after that reference is bound and
 * before it is used. Exporting the name would do it, too, but for every program that loads the
 * library. It must not know what is done before main().
 */
#define _GNU_SOURCE
#include "life/before_main.h"

#include "stack/dynamic.h"
#include "common/os.h"
#include "stack/unwind.h"

#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

typedef int (*main_function)(int argc, char **argv, char **environment);
typedef int (*start_function)(main_function main, int argc, char **argv, void (*init)(void),
			      void (*fini)(void), void (*rtld_fini)(void), void *stack_end);

/* Written by the constructor, read when the program starts; both on the first thread. */
static start_function libc_start;
static main_function program_main;
static void (*before_main)(const void *caller);

static int our_main(int argc, char **argv, char **environment)
{
	before_main(PL_CALLER());
	return program_main(argc, argv, environment);
}

static int our_start(main_function main, int argc, char **argv, void (*init)(void),
		     void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
	program_main = main;
	return libc_start(our_main, argc, argv, init, fini, rtld_fini, stack_end);
}

/* Returns where the program keeps the address of a function, or NULL if it does not refer to it. */
static void **find_reference(const struct pl_dynamic *dynamic,
			     const struct pl_references *references, const char *name)
{
	for (size_t i = 0; i < references->count; i++)
		if (strcmp(pl_dynamic_name(dynamic, &references->entries[i]), name) == 0)
			return pl_dynamic_slot(dynamic, &references->entries[i]);
	return NULL;
}

/* Whether the dynamic linker has made this place of the program read-only after relocating it. */
static bool is_read_only(const struct pl_dynamic *dynamic, const void *place)
{
	const ElfW(Phdr) *header = (const void *)getauxval(AT_PHDR);

	for (size_t i = 0; header != NULL && i < getauxval(AT_PHNUM); i++) {
		uintptr_t offset = (uintptr_t)place - dynamic->object->base - header[i].p_vaddr;

		if (header[i].p_type == PT_GNU_RELRO && offset < header[i].p_memsz)
			return true;
	}
	return false;
}

bool pl_before_main(void (*function)(const void *caller))
{
	const struct link_map *program = _r_debug.r_map; /* the first in the list; none if static */
	struct pl_object object = {.headers = (const void *)getauxval(AT_PHDR),
				   .header_count = getauxval(AT_PHNUM)};
	struct pl_dynamic dynamic;
	void **reference;
	bool read_only;

	if (program == NULL)
		return false;
	object.base = program->l_addr;
	object.dynamic = program->l_ld;
	if (!pl_dynamic_read(&dynamic, &object))
		return false;
	reference = find_reference(&dynamic, &dynamic.data, "__libc_start_main");
	if (reference == NULL)
		reference = find_reference(&dynamic, &dynamic.calls, "__libc_start_main");
	/* A constructor of the program, such as the static library's in it, comes too late. */
	if (reference == NULL || pl_unwind_passes(*reference))
		return false;
	read_only = is_read_only(&dynamic, reference);
	if (read_only && !pl_os_protect(reference, sizeof(*reference), true))
		return false;
	before_main = function;
	memcpy(&libc_start, reference, sizeof(libc_start));
	*reference = (void *)(uintptr_t)our_start;
	if (read_only)
		pl_os_protect(reference, sizeof(*reference), false);
	return true;
}
