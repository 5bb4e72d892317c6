/* SPDX-License-Identifier: MIT */
/*
 * The program's own file, by its section headers: symbols and unwind tables. symtab.c gets the
 * input in the place of the file, and the program headers of the input as those that are loaded;
 * make gives its references to the kernel these names.
 */
#include "fuzz.h"
#include "stack/symtab.h"

#include <link.h>
#include <sys/auxv.h>

const void *double_map_file(const char *path, size_t *size);
void double_unmap(const void *memory, size_t size);
unsigned long double_auxval(unsigned long type);

static struct input file;

const void *double_map_file(const char *path, size_t *size)
{
	(void)path;
	*size = file.left;
	return file.at;
}

void double_unmap(const void *memory, size_t size)
{
	CHECK(memory == file.at && size == file.left);
}

unsigned long double_auxval(unsigned long type)
{
	ElfW(Ehdr) header;

	if (file.left < sizeof(header))
		return 0;
	memcpy(&header, file.at, sizeof(header));
	if (type == AT_PHNUM)
		return header.e_phnum;
	/* Only such as are there: the kernel has loaded them. */
	return header.e_phoff <= file.left &&
			       header.e_phnum * sizeof(ElfW(Phdr)) <= file.left - header.e_phoff
		       ? (uintptr_t)file.at + header.e_phoff
		       : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	uintptr_t within;
	uint8_t *bytes;

	file.left = size;
	bytes = input_bytes(&input);
	file.at = bytes;
	pl_symtab_start();
	pl_symtab_unwind_tables();
	for (uintptr_t offset = 0x1000; offset < 0x1100; offset += 16) {
		const char *name = pl_symtab_find(offset, &within);

		CHECK(name == NULL || ((const uint8_t *)name >= bytes &&
				       (const uint8_t *)name + strlen(name) < bytes + size));
	}
	free(bytes);
	return 0;
}
