/* SPDX-License-Identifier: MIT */
/*
 * The rules at addresses of the modules that this process has, by our reader of unwind tables and
 * by that of elfutils: each is the other's oracle. Tables of the input's cannot be compared so:
 * readers may refuse what is damaged, each in its own way (fuzz_unwind_tables.c).
 *
 * And a step by the word that is made of plain rules, which must lead where the rules do.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include "stack/cfi.h"
#include "stack/cfi_plain.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>

#define MODULES_MAX 64
#define RULE_OPERATIONS_MAX 3

/* A part of a module that can be executed. */
static struct code {
	uintptr_t base, start;
	size_t size;
	Dwarf_CFI *tables;
} codes[MODULES_MAX];
static size_t code_count;

static Dwarf_CFI *open_tables(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf *elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ_MMAP, NULL);

	return elf == NULL ? NULL : dwarf_getcfi_elf(elf); /* both stay open */
}

static int note(struct dl_phdr_info *module, size_t size, void *unused)
{
	const char *path = module->dlpi_name[0] == '\0' ? "/proc/self/exe" : module->dlpi_name;
	Dwarf_CFI *tables = path[0] == '/' ? open_tables(path) : NULL;

	(void)size;
	(void)unused;
	for (size_t i = 0; tables != NULL && i < module->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &module->dlpi_phdr[i];

		if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0 &&
		    code_count < MODULES_MAX)
			codes[code_count++] =
				(struct code){module->dlpi_addr, module->dlpi_addr + part->p_vaddr,
					      part->p_memsz, tables};
	}
	return 0;
}

static void check_cfa(const struct pl_cfi_rules *ours, Dwarf_Frame *theirs)
{
	Dwarf_Op *operations;
	size_t count;

	CHECK(dwarf_frame_cfa(theirs, &operations, &count) == 0 && count > 0);
	if (ours->cfa_expression != NULL) {
		CHECK(operations[0].atom != DW_OP_bregx);
		return;
	}
	CHECK(count == 1 && operations[0].atom == DW_OP_bregx);
	CHECK(operations[0].number == ours->cfa_register);
	CHECK((int64_t)operations[0].number2 == ours->cfa_offset);
}

/* Whether it is the CFA and a number, or memory there. */
static void check_offset(const Dwarf_Op *operations, size_t count, int64_t offset, bool is_value)
{
	size_t wanted = 1 + (offset != 0) + is_value;

	CHECK(count == wanted && operations[0].atom == DW_OP_call_frame_cfa);
	CHECK(offset == 0 ||
	      (operations[1].atom == DW_OP_plus_uconst && (int64_t)operations[1].number == offset));
	CHECK(!is_value || operations[count - 1].atom == DW_OP_stack_value);
}

static void check_register(const struct pl_cfi_rules *ours, Dwarf_Frame *theirs, int number)
{
	Dwarf_Op memory[RULE_OPERATIONS_MAX], *operations;
	int64_t value = ours->value[number];
	bool is_expression;
	size_t count;

	CHECK(dwarf_frame_register(theirs, number, memory, &operations, &count) == 0);
	is_expression = count > 0 && operations != memory;
	switch (ours->where[number]) {
	case PL_CFI_SAME:
		/* Theirs says of the stack pointer what the ABI does. */
		CHECK(count == 0 || number == PL_REGISTER_STACK);
		break;
	case PL_CFI_NOWHERE:
		CHECK(count == 0 && operations == memory);
		break;
	case PL_CFI_SAVED:
	case PL_CFI_OFFSET:
		check_offset(operations, count, value, ours->where[number] == PL_CFI_OFFSET);
		break;
	case PL_CFI_REGISTER:
		CHECK(count == 1 && operations[0].atom == DW_OP_regx);
		CHECK((int64_t)operations[0].number == value);
		break;
	case PL_CFI_SAVED_AT:
		CHECK(is_expression && operations[count - 1].atom != DW_OP_stack_value);
		break;
	default:
		CHECK(is_expression && operations[count - 1].atom == DW_OP_stack_value);
	}
}

/* ---- a step by a plain rule ------------------------------------------------------------------ */

#define STACK_WORDS 512

static uintptr_t stack[STACK_WORDS];

/* A frame at the middle of the stack, whose words are addresses in it, and others. */
static void begin_step(struct pl_cfi *cfi, uintptr_t address, bool is_exact)
{
	cfi->tables.object.start = cfi->tables.object.end = 0;
	cfi->first.common = NULL;
	cfi->frame = (struct pl_frame){.pc = is_exact ? address : address + 1,
				       .is_exact = is_exact,
				       .known = (uint32_t)1 << PL_REGISTER_STACK |
						(uint32_t)1 << PL_REGISTER_BASE |
						(uint32_t)1 << PL_REGISTER_RETURN};
	cfi->frame.registers[PL_REGISTER_STACK] = (uintptr_t)(stack + STACK_WORDS / 4);
	cfi->frame.registers[PL_REGISTER_BASE] = (uintptr_t)(stack + STACK_WORDS / 2) + address % 3;
	cfi->frame.registers[PL_REGISTER_RETURN] = cfi->frame.pc;
	cfi->stack = (struct pl_stack){.own_low = (uintptr_t)stack,
				       .own_end = (uintptr_t)(stack + STACK_WORDS),
				       .low = (uintptr_t)(stack + STACK_WORDS / 4)};
}

static bool is_equal(const struct pl_frame *a, const struct pl_frame *b, unsigned number)
{
	bool is_known = (a->known >> number & 1) != 0;

	return is_known == ((b->known >> number & 1) != 0) &&
	       (!is_known || a->registers[number] == b->registers[number]);
}

static void check_plain(const struct pl_cfi_rules *rules, uintptr_t address, bool is_exact)
{
	pl_plain rule = pl_cfi_plain_make(rules, address);
	static struct pl_cfi by_tables, by_rule;
	enum pl_cfi_result result;

	CHECK(rule != 0);
	if (pl_cfi_plain_kind(rule) == PL_PLAIN_NOT)
		return;
	for (size_t i = 0; i < STACK_WORDS; i++)
		stack[i] = (address + i) % 5 == 0
				   ? address * i
				   : (uintptr_t)(stack + (address + 7 * i) % STACK_WORDS);
	begin_step(&by_tables, address, is_exact);
	begin_step(&by_rule, address, is_exact);
	result = pl_cfi_plain_step(rule, &by_rule);
	CHECK(pl_cfi_step(&by_tables) == result);
	if (result != PL_CFI_DONE)
		return;
	CHECK(by_rule.frame.pc == by_tables.frame.pc);
	if (by_rule.frame.pc == 0)
		return;
	CHECK(by_rule.frame.is_exact == by_tables.frame.is_exact);
	CHECK(is_equal(&by_rule.frame, &by_tables.frame, PL_REGISTER_STACK));
	CHECK(is_equal(&by_rule.frame, &by_tables.frame, PL_REGISTER_BASE));
	CHECK(is_equal(&by_rule.frame, &by_tables.frame, PL_REGISTER_RETURN));
}

static void compare(const struct code *code, uintptr_t address)
{
	struct pl_cfi_tables tables = {.base = NULL};
	struct pl_cfi_first first = {.common = NULL};
	struct pl_cfi_rules ours;
	Dwarf_Frame *theirs = NULL;
	bool is_ours = pl_cfi_table_open(&tables, address) &&
		       pl_cfi_rules_find(&tables, &first, address, &ours);
	bool is_theirs = dwarf_cfi_addrframe(code->tables, address - code->base, &theirs) == 0;
	bool is_signal;

	CHECK(is_ours == is_theirs);
	if (!is_ours)
		return;
	CHECK(dwarf_frame_info(theirs, NULL, NULL, &is_signal) == ours.return_address);
	CHECK(is_signal == ours.is_signal);
	check_cfa(&ours, theirs);
	for (int i = 0; i < PL_REGISTERS; i++)
		check_register(&ours, theirs, i);
	free(theirs);
	check_plain(&ours, address, false);
	check_plain(&ours, address, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};

	if (code_count == 0) {
		elf_version(EV_CURRENT);
		dl_iterate_phdr(note, NULL);
	}
	CHECK(code_count > 2);
	while (input.left > 0) {
		const struct code *code = &codes[input_byte(&input) % code_count];
		size_t at = 0;

		for (int i = 0; i < 3; i++)
			at = at << 8 | input_byte(&input);

		compare(code, code->start + at % code->size);
		compare(code, code->start + (at + 1) % code->size);
	}
	return 0;
}
