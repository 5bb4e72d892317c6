/* SPDX-License-Identifier: MIT */
/*
 * Unwind tables: the index, all entries, the rules at the start and within each function, and walks
 * by them over a stack of the input's. A walk goes up, and ends.
 */
#include "stack/cfi.h"
#include "module_double.h"

#define STACK_WORDS 1024
#define STEPS_MAX (STACK_WORDS + 128) /* and some from stack to stack */
#define ENTRIES_MAX 64

static _Alignas(4096) uintptr_t stack[STACK_WORDS];

/* In the place of lib/stack/stack.c: there is one stack, and nothing else is mapped. */
bool pl_stack_has_page(struct pl_stack *unused, uintptr_t address)
{
	(void)unused;
	return address >= (uintptr_t)stack && address < (uintptr_t)(stack + STACK_WORDS);
}

bool pl_stack_may_go(struct pl_stack *unused, uintptr_t from, uintptr_t to, bool any_stack)
{
	(void)unused;
	(void)any_stack;
	return to > from && pl_stack_has_page(unused, to);
}

static void look_up(const struct module *module, uintptr_t address)
{
	struct pl_cfi_tables tables = {.base = NULL};
	struct pl_cfi_first first = {.common = NULL};
	struct pl_cfi_rules rules;

	CHECK(pl_cfi_table_open(&tables, (uintptr_t)module->bytes));
	if (pl_cfi_rules_find(&tables, &first, address, &rules))
		CHECK(rules.return_address < PL_REGISTERS);
}

static void look_at_entries(const struct module *module)
{
	struct pl_cfi_tables tables = {.base = NULL};
	const uint8_t *at = module->bytes + module->size / 4;
	struct pl_cfi_function function;

	CHECK(pl_cfi_table_open(&tables, (uintptr_t)module->bytes));
	for (unsigned i = 0; i < ENTRIES_MAX && pl_cfi_table_next(&tables, &at, &function); i++) {
		CHECK(at > module->bytes && at <= module->bytes + module->size);
		if (function.size > 0) {
			look_up(module, function.start);
			look_up(module, function.start + function.size / 2);
		}
	}
}

static void walk(uintptr_t pc, struct input *input)
{
	struct pl_cfi cfi = {.frame = {.pc = pc, .is_exact = true, .known = UINT32_MAX}};
	unsigned steps = 0;

	for (size_t i = 0; i < PL_REGISTERS; i++)
		cfi.frame.registers[i] = (uintptr_t)(stack + i * 8);
	for (size_t i = 0; i < STACK_WORDS; i++)
		stack[i] = i % 2 != 0 ? (uintptr_t)(stack + (i + input_byte(input)) % STACK_WORDS)
				      : pc + input_byte(input);
	while (pl_cfi_step(&cfi) == PL_CFI_DONE && cfi.frame.pc != 0)
		CHECK(++steps < STEPS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size}, words = {data, size};
	size_t code = (size_t)input_byte(&input) << 8 | input_byte(&input);
	struct module module;

	module_begin(&module, &input);
	look_at_entries(&module);
	look_up(&module, (uintptr_t)module.bytes + code);
	walk((uintptr_t)module.bytes + code, &words);
	module_end(&module);
	return 0;
}
