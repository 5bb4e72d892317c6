/* SPDX-License-Identifier: MIT */
/*
 * Comes between the C library and main(), by pointing the program's own reference to
 * __libc_start_main() at a function of ours. The constructor runs after that reference was bound
 * and before it is used. Exporting the name would do it too, but for every program that loads the
 * library. It must not know what is done before main().
 */
#define _GNU_SOURCE
#include "start.h"

#include "os.h"
#include "unwind.h"

#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

typedef int (*main_function)(int argc, char **argv, char **environment);
typedef int (*start_function)(main_function main, int argc, char **argv, void (*init)(void),
			      void (*fini)(void), void (*rtld_fini)(void), void *stack_end);

/* Written in the constructor, read when the program starts; both by the first thread. */
static start_function libc_start;
static main_function program_main;
static void (*before_main)(void);

static int our_main(int argc, char **argv, char **environment)
{
	before_main();
	return program_main(argc, argv, environment);
}

static int our_start(main_function main, int argc, char **argv, void (*init)(void),
		     void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
	program_main = main;
	return libc_start(our_main, argc, argv, init, fini, rtld_fini, stack_end);
}

struct dynamic {
	uintptr_t base;
	const ElfW(Sym) *symbols;
	const char *names;
	struct {
		const ElfW(Rela) *entries;
		size_t bytes;
	} data, calls;
};

static struct dynamic read_dynamic(const struct link_map *map)
{
	struct dynamic dynamic = {.base = map->l_addr};

	for (const ElfW(Dyn) *entry = map->l_ld; entry != NULL && entry->d_tag != DT_NULL;
	     entry++) {
		const void *at = (const void *)entry->d_un.d_ptr; /* glibc has relocated it */

		switch (entry->d_tag) {
		case DT_SYMTAB:
			dynamic.symbols = at;
			break;
		case DT_STRTAB:
			dynamic.names = at;
			break;
		case DT_RELA:
			dynamic.data.entries = at;
			break;
		case DT_RELASZ:
			dynamic.data.bytes = entry->d_un.d_val;
			break;
		case DT_JMPREL:
			dynamic.calls.entries = at;
			break;
		case DT_PLTRELSZ:
			dynamic.calls.bytes = entry->d_un.d_val;
			break;
		default:
			break;
		}
	}
	return dynamic;
}

/* Returns where the program keeps the address of a function, or NULL if it does not refer to it. */
static void **find_reference(const struct dynamic *dynamic, const ElfW(Rela) *entries, size_t bytes,
			     const char *name)
{
	for (size_t i = 0; entries != NULL && i < bytes / sizeof(*entries); i++) {
		size_t symbol = ELF64_R_SYM(entries[i].r_info);

		if (symbol != 0 &&
		    strcmp(dynamic->names + dynamic->symbols[symbol].st_name, name) == 0)
			return (void **)(dynamic->base + entries[i].r_offset);
	}
	return NULL;
}

/*
 * Whether the dynamic linker has made that place of the program read-only after it was relocated.
 */
static bool is_read_only(const struct dynamic *dynamic, const void *place)
{
	const ElfW(Phdr) *header = (const void *)getauxval(AT_PHDR);

	for (size_t i = 0; header != NULL && i < getauxval(AT_PHNUM); i++) {
		uintptr_t offset = (uintptr_t)place - dynamic->base - header[i].p_vaddr;

		if (header[i].p_type == PT_GNU_RELRO && offset < header[i].p_memsz)
			return true;
	}
	return false;
}

bool pl_start_before_main(void (*function)(void))
{
	const struct link_map *program = _r_debug.r_map; /* the first of the list; none if static */
	struct dynamic dynamic = {.base = 0};
	void **reference;
	bool read_only;

	if (program != NULL)
		dynamic = read_dynamic(program);
	if (dynamic.symbols == NULL || dynamic.names == NULL)
		return false;
	reference = find_reference(&dynamic, dynamic.data.entries, dynamic.data.bytes,
				   "__libc_start_main");
	if (reference == NULL)
		reference = find_reference(&dynamic, dynamic.calls.entries, dynamic.calls.bytes,
					   "__libc_start_main");
	/* A constructor of the program itself, as of the static library in it, comes too late. */
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
