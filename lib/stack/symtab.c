/* SPDX-License-Identifier: MIT */
/*
 * The only reader of section headers. It reads only the program's own file, which the kernel keeps
 * from being written to while it runs. Every number in the file is checked against the file's size
 * before it is used. It must not know why somebody asks.
 */
#define _GNU_SOURCE
#include "stack/symtab.h"

#include "common/os.h"

#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

struct file {
	const char *start;
	size_t size;
};

/* Written by the constructor, read by any thread. */
static struct {
	uintptr_t base;
	struct pl_symbols symbols; /* the last name is terminated */
	const uint8_t *unwind_tables;
} program;

/* Returns a part of the file, or NULL if it is not aligned or not all in the file. */
static const void *part(const struct file *file, uint64_t offset, uint64_t size)
{
	if (offset > file->size || size > file->size - offset || offset % sizeof(uint64_t) != 0)
		return NULL;
	return file->start + offset;
}

static const ElfW(Ehdr) *read_header(const struct file *file)
{
	const ElfW(Ehdr) *header = part(file, 0, sizeof(*header));

	if (header == NULL || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
	    header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
	    header->e_phentsize != sizeof(ElfW(Phdr)) || header->e_shentsize != sizeof(ElfW(Shdr)))
		return NULL;
	return header;
}

/*
 * Finds where the program was loaded. Its program headers are in memory where the kernel says. If
 * they are not those of the file, the file is that of a dynamic linker which was started by its
 * name.
 */
static bool find_base(const struct file *file, const ElfW(Ehdr) *header, uintptr_t *base)
{
	size_t size = header->e_phnum * sizeof(ElfW(Phdr));
	const ElfW(Phdr) *headers = part(file, header->e_phoff, size);
	uintptr_t loaded = getauxval(AT_PHDR);

	if (headers == NULL || loaded == 0 || getauxval(AT_PHNUM) != header->e_phnum ||
	    memcmp((const void *)loaded, headers, size) != 0)
		return false;
	for (size_t i = 0; i < header->e_phnum; i++) {
		uint64_t within = header->e_phoff - headers[i].p_offset;

		if (headers[i].p_type == PT_LOAD && within < headers[i].p_filesz) {
			*base = loaded - within - headers[i].p_vaddr;
			return true;
		}
	}
	return false;
}

/* A program may have unwind tables without a program header for them: a static one does. */
static const uint8_t *find_unwind_tables(const struct file *file, const ElfW(Ehdr) *header)
{
	static const char name[] = ".eh_frame";
	const ElfW(Shdr) *sections =
		part(file, header->e_shoff, header->e_shnum * sizeof(ElfW(Shdr)));
	const ElfW(Shdr) *names;

	if (sections == NULL || header->e_shstrndx >= header->e_shnum)
		return NULL;
	names = &sections[header->e_shstrndx];
	if (names->sh_offset > file->size || names->sh_size > file->size - names->sh_offset)
		return NULL;
	for (size_t i = 0; i < header->e_shnum; i++)
		if (sections[i].sh_name < names->sh_size &&
		    names->sh_size - sections[i].sh_name >= sizeof(name) &&
		    memcmp(file->start + names->sh_offset + sections[i].sh_name, name,
			   sizeof(name)) == 0)
			return (const uint8_t *)(program.base + sections[i].sh_addr);
	return NULL;
}

static bool find_symbols(const struct file *file, const ElfW(Ehdr) *header)
{
	const ElfW(Shdr) *sections =
		part(file, header->e_shoff, header->e_shnum * sizeof(ElfW(Shdr)));
	const ElfW(Shdr) *table = NULL, *strings;

	for (size_t i = 0; sections != NULL && i < header->e_shnum; i++)
		if (sections[i].sh_type == SHT_SYMTAB)
			table = &sections[i];
	if (table == NULL || table->sh_entsize != sizeof(ElfW(Sym)) ||
	    table->sh_link >= header->e_shnum)
		return false;
	strings = &sections[table->sh_link];
	if (strings->sh_type != SHT_STRTAB || strings->sh_size == 0 ||
	    strings->sh_offset > file->size || strings->sh_size > file->size - strings->sh_offset)
		return false;
	program.symbols = (struct pl_symbols){
		.symbols = part(file, table->sh_offset, table->sh_size),
		.count = table->sh_size / sizeof(ElfW(Sym)),
		.names = file->start + strings->sh_offset,
		.names_size = strings->sh_size,
	};
	return program.symbols.symbols != NULL && program.symbols.count > 0 &&
	       program.symbols.names[strings->sh_size - 1] == '\0';
}

void pl_symtab_start(void)
{
	struct file file;
	const ElfW(Ehdr) *header;

	program.symbols = (struct pl_symbols){.count = 0};
	program.unwind_tables = NULL;
	file.start = pl_os_map_file("/proc/self/exe", &file.size);
	if (file.start == NULL)
		return;
	header = read_header(&file);
	if (header != NULL && find_base(&file, header, &program.base)) {
		program.unwind_tables = find_unwind_tables(&file, header);
		if (find_symbols(&file, header)) {
			size_t room = pl_symbols_room(program.symbols.count);

			pl_symbols_give_room(&program.symbols, pl_os_map(room));
			return;
		}
	}
	program.symbols = (struct pl_symbols){.count = 0};
	pl_os_unmap(file.start, file.size);
}

bool pl_symtab_is_of(uintptr_t base)
{
	return program.symbols.count > 0 && base == program.base;
}

const char *pl_symtab_find(uintptr_t offset, uintptr_t *function_offset)
{
	/* A return address may lie past its function's end. */
	const ElfW(Sym) *symbol = pl_symbols_find(&program.symbols, offset - 1);

	if (symbol == NULL)
		return NULL;
	*function_offset = offset - symbol->st_value;
	return program.symbols.names + symbol->st_name;
}

const struct pl_symbols *pl_symtab_symbols(uintptr_t *base)
{
	*base = program.base;
	return &program.symbols;
}

const uint8_t *pl_symtab_unwind_tables(void)
{
	return program.unwind_tables;
}
