/* SPDX-License-Identifier: MIT */
/*
 * Finds out which file the program is. /proc knows it, but a jail may have no /proc. And if a
 * dynamic linker was started by its name, with the program as an argument, /proc knows only the
 * linker. Then the names that the program was called by are tried. A name counts only if its file
 * has the program headers that are in memory: it may be a script's name, or lead to anybody's file.
 * It must not know why somebody asks.
 */
#include "stack/executable.h"

#include "common/os.h"

#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

/* If the kernel has started the dynamic linker itself, it gives no address for one. */
static bool is_loaded_by_linker(void)
{
	const ElfW(Phdr) *headers = (const void *)getauxval(AT_PHDR);

	for (size_t i = 0; headers != NULL && i < getauxval(AT_PHNUM); i++)
		if (headers[i].p_type == PT_INTERP)
			return getauxval(AT_BASE) == 0;
	return false;
}

static bool has_our_headers(const char *file, size_t size)
{
	const ElfW(Ehdr) *header = (const void *)file;
	const void *loaded = (const void *)getauxval(AT_PHDR);
	size_t count = getauxval(AT_PHNUM), wanted = count * sizeof(ElfW(Phdr));

	return loaded != NULL && size >= sizeof(*header) &&
	       memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 && header->e_phnum == count &&
	       header->e_phoff <= size && wanted <= size - header->e_phoff &&
	       memcmp(file + header->e_phoff, loaded, wanted) == 0;
}

static bool is_our_file(const char *path)
{
	size_t size = 0;
	const char *file = pl_os_map_file(path, &size);
	bool is_ours;

	if (file == NULL)
		return false;
	is_ours = has_our_headers(file, size);
	pl_os_unmap(file, size);
	return is_ours;
}

/* Makes the path absolute: the current folder may be another one when the path is read. */
static bool make_whole(char *path, size_t size, const char *name)
{
	size_t used = 0;

	if (name[0] != '/') {
		if (!pl_os_folder(path, size - 1))
			return false;
		used = strlen(path);
		if (path[used - 1] != '/')
			path[used++] = '/';
		name += strncmp(name, "./", 2) == 0 ? 2 : 0;
	}
	if (strlen(name) >= size - used)
		return false;
	memcpy(path + used, name, strlen(name) + 1);
	return true;
}

void pl_executable_find(char *path, size_t size)
{
	/* For a script, the first is the script, and the second its interpreter. */
	const char *names[] = {(const char *)getauxval(AT_EXECFN), pl_os_name()};

	pl_os_executable(path, size);
	if (path[0] != '\0' && !is_loaded_by_linker())
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i] != NULL && make_whole(path, size, names[i]) && is_our_file(path))
			return;
	path[0] = '\0';
}
