/* SPDX-License-Identifier: MIT */
/*
 * Functions of the program, from its own file. The mapped file is a copy of this program's, which a
 * test may damage; behind it is a page that nobody may read.
 *
 * shows: PL-178, PL-179
 */
#define _GNU_SOURCE
#include "stack/symtab.h"

#include "common/os.h"
#include "unit.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * ---- the double of what lib/common/os_linux.c maps
 * --------------------------------------------------
 */

static struct {
	char *start;
	const char *whole; /* the file as it is */
	size_t size;
	size_t shown; /* how much of it the double shows */
	bool unmapped;
} copy;

const void *pl_os_map_file(const char *path, size_t *size)
{
	assert_string_equal(path, "/proc/self/exe");
	*size = copy.shown;
	return copy.shown > 0 ? copy.start + copy.size - copy.shown : NULL;
}

void pl_os_unmap(const void *memory, size_t size)
{
	assert_ptr_equal(memory, copy.start + copy.size - copy.shown);
	assert_int_equal(size, copy.shown);
	copy.unmapped = true;
}

/* ---- helpers --------------------------------------------------------------------------------- */

static int prepare(void **state)
{
	int file = open("/proc/self/exe", O_RDONLY);
	size_t mapped;
	struct stat status;
	char *memory;

	(void)state;
	if (file < 0 || fstat(file, &status) != 0)
		return -1;
	copy.size = ((size_t)status.st_size + 7) & ~(size_t)7;
	mapped = (copy.size + 4095) & ~(size_t)4095;
	copy.whole = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	memory = mmap(NULL, mapped + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	close(file);
	if (copy.whole == MAP_FAILED || memory == MAP_FAILED ||
	    mprotect(memory + mapped, 4096, PROT_NONE) != 0)
		return -1;
	copy.start = memory + mapped - copy.size;
	return 0;
}

static ElfW(Ehdr) *restore(void)
{
	memcpy(copy.start, copy.whole, copy.size);
	copy.shown = copy.size;
	copy.unmapped = false;
	return (ElfW(Ehdr) *)(void *)copy.start;
}

static ElfW(Shdr) *section_of(ElfW(Ehdr) *header, unsigned type)
{
	ElfW(Shdr) *sections = (ElfW(Shdr) *)(void *)((char *)header + header->e_shoff);

	for (size_t i = 0; i < header->e_shnum; i++)
		if (sections[i].sh_type == type)
			return &sections[i];
	fail_msg("this program has no section %u", type);
	return NULL;
}

/* Where this program was loaded. */
extern const char __ehdr_start[];

static uintptr_t offset_of(uintptr_t address)
{
	const ElfW(Ehdr) *header = (const void *)__ehdr_start;

	return header->e_type == ET_EXEC ? address : address - (uintptr_t)__ehdr_start;
}

static __attribute__((noinline)) int hidden_function(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

static const char *name_of_hidden_function(void)
{
	uintptr_t offset;

	return pl_symtab_find(offset_of((uintptr_t)hidden_function) + 1, &offset);
}

static uintptr_t base(void)
{
	return (uintptr_t)__ehdr_start - offset_of((uintptr_t)__ehdr_start);
}

/* ---- the file as it is ----------------------------------------------------------------------- */

TEST(static_function_has_its_name_and_offset)
{
	uintptr_t within = 0, start = offset_of((uintptr_t)hidden_function);

	restore();
	pl_symtab_start();
	assert_false(copy.unmapped);
	assert_true(pl_symtab_is_of(base()));
	for (uintptr_t i = 1; i < 4; i++) {
		assert_string_equal(pl_symtab_find(start + i, &within), "hidden_function");
		assert_int_equal(within, i);
	}
	assert_string_equal(name_of_hidden_function(), "hidden_function");
}

TEST(return_address_at_a_functions_start_belongs_to_what_lies_before_it)
{
	uintptr_t within;
	const char *name;

	restore();
	pl_symtab_start();
	name = pl_symtab_find(offset_of((uintptr_t)hidden_function), &within);
	assert_true(name == NULL || strcmp(name, "hidden_function") != 0);
}

TEST(addresses_of_no_function_have_no_name)
{
	static const uintptr_t offsets[] = {0, 1, 2, UINTPTR_MAX, UINTPTR_MAX / 2};
	uintptr_t within;

	restore();
	pl_symtab_start();
	EACH_ROW(i, offsets)
		assert_null(pl_symtab_find(offsets[i], &within));
	assert_false(pl_symtab_is_of(base() + 4096));
}

/* ---- odd files ------------------------------------------------------------------------------- */

static void assert_nothing_is_found(void)
{
	pl_symtab_start();
	assert_true(copy.unmapped || copy.shown == 0);
	assert_false(pl_symtab_is_of(base()));
	assert_null(name_of_hidden_function());
}

TEST(file_that_cannot_be_mapped_or_is_cut_has_no_names)
{
	static const size_t sizes[] = {0, 8, 16, 56, 64, 72, 1024};

	EACH_ROW(i, sizes) {
		restore();
		copy.shown = sizes[i];
		memcpy(copy.start + copy.size - copy.shown, copy.whole, copy.shown);
		assert_nothing_is_found();
	}
}

#define ODD(change)                                                                                \
	do {                                                                                       \
		ElfW(Ehdr) *header = restore();                                                    \
		ElfW(Shdr) *symbols = section_of(header, SHT_SYMTAB);                              \
		ElfW(Shdr) *names = (ElfW(Shdr) *)(void *)((char *)header + header->e_shoff) +     \
				    symbols->sh_link;                                              \
		(void)names;                                                                       \
		change;                                                                            \
		assert_nothing_is_found();                                                         \
	} while (0)

TEST(each_header_that_is_not_as_it_must_be_is_refused)
{
	ODD(header->e_ident[EI_MAG0] = 0);
	ODD(header->e_ident[EI_CLASS] = ELFCLASS32);
	ODD(header->e_ident[EI_DATA] = ELFDATA2MSB);
	ODD(header->e_phentsize = 32);
	ODD(header->e_shentsize = 40);
	ODD(header->e_phnum++);
	ODD(header->e_phnum = 0);
	ODD(header->e_phoff += 8);
	ODD(header->e_phoff = UINT64_MAX - 7);
	ODD(header->e_shoff = UINT64_MAX - 7);
	ODD(header->e_shoff = copy.size);
	ODD(header->e_shoff++);
	ODD(header->e_shnum = 0);
	ODD(header->e_shnum = UINT16_MAX);
	ODD(symbols->sh_type = SHT_NOTE);
	ODD(symbols->sh_entsize = 16);
	ODD(symbols->sh_link = header->e_shnum);
	ODD(symbols->sh_link = 0);
	ODD(symbols->sh_offset = copy.size);
	ODD(symbols->sh_offset = UINT64_MAX - 7);
	ODD(symbols->sh_offset++);
	ODD(symbols->sh_size = UINT64_MAX);
	ODD(symbols->sh_size = copy.size - symbols->sh_offset + 24);
	ODD(symbols->sh_size = 0);
	ODD(names->sh_size = 0);
	ODD(names->sh_size = UINT64_MAX);
	ODD(names->sh_offset = copy.size);
	ODD(names->sh_size = copy.size - names->sh_offset + 1);
	ODD(((char *)header)[names->sh_offset + names->sh_size - 1] = 'x');
}

TEST(program_headers_that_are_not_those_in_memory_are_another_programs)
{
	ElfW(Ehdr) *header = restore();

	((char *)header)[header->e_phoff + 8] ^= 1;
	assert_nothing_is_found();
}

TEST(symbol_whose_name_lies_outside_the_names_has_none)
{
	ElfW(Ehdr) *header = restore();
	const ElfW(Shdr) *symbols = section_of(header, SHT_SYMTAB);
	ElfW(Sym) *symbol = (ElfW(Sym) *)(void *)((char *)header + symbols->sh_offset);

	for (size_t i = 0; i < symbols->sh_size / sizeof(*symbol); i++)
		symbol[i].st_name = UINT32_MAX;
	pl_symtab_start();
	assert_null(name_of_hidden_function());
}

TEST(no_damage_of_one_bit_makes_it_read_outside_the_file)
{
	ElfW(Ehdr) *header = restore();
	size_t sections = header->e_shoff, size = header->e_shnum * sizeof(ElfW(Shdr));
	unsigned found = 0;

	for (size_t bit = 0; bit < 8 * (sizeof(*header) + size); bit++) {
		size_t at = bit / 8;
		char *byte = copy.start + (at < sizeof(*header) ? at : sections + at - 64);

		*byte = (char)(*byte ^ 1 << bit % 8);
		copy.unmapped = false;
		pl_symtab_start();
		found += name_of_hidden_function() != NULL;
		*byte = (char)(*byte ^ 1 << bit % 8);
	}
	assert_true(found > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(static_function_has_its_name_and_offset),
		cmocka_unit_test(
			return_address_at_a_functions_start_belongs_to_what_lies_before_it),
		cmocka_unit_test(addresses_of_no_function_have_no_name),
		cmocka_unit_test(file_that_cannot_be_mapped_or_is_cut_has_no_names),
		cmocka_unit_test(each_header_that_is_not_as_it_must_be_is_refused),
		cmocka_unit_test(program_headers_that_are_not_those_in_memory_are_another_programs),
		cmocka_unit_test(symbol_whose_name_lies_outside_the_names_has_none),
		cmocka_unit_test(no_damage_of_one_bit_makes_it_read_outside_the_file),
	};

	return cmocka_run_group_tests_name("symtab", tests, prepare, NULL);
}
