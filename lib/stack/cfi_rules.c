/* SPDX-License-Identifier: MIT */
/*
 * Runs the instructions of unwind tables (DWARF 5, 6.4.2; LSB, 10.6) up to an address. It must not
 * know the frame that the rules are for.
 */
#include "stack/cfi_rules.h"

#define REMEMBERED_MAX 8

enum {
	ADVANCE = 0x40, /* these three are in the upper two bits */
	OFFSET = 0x80,
	RESTORE = 0xc0,
	NOP = 0x00,
	SET_ADDRESS = 0x01,
	ADVANCE_1 = 0x02,
	ADVANCE_2 = 0x03,
	ADVANCE_4 = 0x04,
	OFFSET_EXTENDED = 0x05,
	RESTORE_EXTENDED = 0x06,
	UNDEFINED = 0x07,
	SAME_VALUE = 0x08,
	REGISTER = 0x09,
	REMEMBER_STATE = 0x0a,
	RESTORE_STATE = 0x0b,
	DEFINE_CFA = 0x0c,
	DEFINE_CFA_REGISTER = 0x0d,
	DEFINE_CFA_OFFSET = 0x0e,
	DEFINE_CFA_EXPRESSION = 0x0f,
	EXPRESSION = 0x10,
	OFFSET_EXTENDED_SIGNED = 0x11,
	DEFINE_CFA_SIGNED = 0x12,
	DEFINE_CFA_OFFSET_SIGNED = 0x13,
	VALUE_OFFSET = 0x14,
	VALUE_OFFSET_SIGNED = 0x15,
	VALUE_EXPRESSION = 0x16,
	SIGNING = 0x2d, /* arm64: the return address is signed from here on, or not any more */
	ARGUMENTS_SIZE = 0x2e,
	NEGATIVE_OFFSET_EXTENDED = 0x2f,
};

struct machine {
	uintptr_t at; /* the first address for which the rules hold */
	const struct pl_cfi_common *common;
	struct pl_cfi_rules *rules;
	const struct pl_cfi_rules *first; /* the common part's; NULL while that runs */
	struct pl_cfi_rules *remembered;  /* REMEMBERED_MAX of them */
	unsigned remembers;
	struct pl_bytes rest; /* for the instructions that run() hands on */
};

/* Registers that are not tracked, such as vector registers, have no rule. */
PL_INLINE bool tell(struct pl_cfi_rules *rules, uint64_t number, enum pl_cfi_where where,
		    int64_t value)
{
	if (number >= PL_REGISTERS)
		return true;
	rules->where[number] = (uint8_t)where;
	rules->value[number] = value;
	rules->told = where == PL_CFI_SAME ? rules->told & ~((uint32_t)1 << number)
					   : rules->told | (uint32_t)1 << number;
	if (where > PL_CFI_OFFSET)
		rules->is_plain = false;
	return true;
}

static bool restore(struct machine *machine, uint64_t number)
{
	const struct pl_cfi_rules *first = machine->first;

	if (first == NULL || number >= PL_REGISTERS)
		return first != NULL;
	return tell(machine->rules, number, (enum pl_cfi_where)first->where[number],
		    first->value[number]);
}

/* Returns the expression and skips it. Its length is checked here, once. */
static const uint8_t *get_expression(struct pl_bytes *bytes)
{
	const uint8_t *start = bytes->at;

	pl_bytes_skip(bytes, pl_bytes_number(bytes));
	return start;
}

struct pl_bytes pl_cfi_rules_expression(const uint8_t *expression)
{
	struct pl_bytes bytes = {expression, expression + 10, false};
	uint64_t length = pl_bytes_number(&bytes);

	bytes.end = bytes.at + length;
	return bytes;
}

static bool remember(struct machine *machine)
{
	if (machine->remembers == REMEMBERED_MAX)
		return false;
	machine->remembered[machine->remembers++] = *machine->rules;
	return true;
}

static bool recall(struct machine *machine)
{
	if (machine->remembers == 0)
		return false;
	*machine->rules = machine->remembered[--machine->remembers];
	return true;
}

static bool define_cfa(struct pl_cfi_rules *rules, uint64_t number, int64_t offset)
{
	rules->cfa_expression = NULL;
	rules->cfa_register = number;
	rules->cfa_offset = offset;
	return true;
}

/* A number in units of the common part; it wraps if the table is damaged. */
PL_INLINE int64_t scale(uint64_t number, int64_t unit)
{
	return (int64_t)(number * (uint64_t)unit);
}

/* The instructions about one register, whose number comes first. */
static bool run_register(struct machine *machine, unsigned instruction, struct pl_bytes *bytes)
{
	struct pl_cfi_rules *rules = machine->rules;
	int64_t unit = machine->common->data_unit;
	uint64_t number = pl_bytes_number(bytes);

	switch (instruction) {
	case OFFSET_EXTENDED:
		return tell(rules, number, PL_CFI_SAVED, scale(pl_bytes_number(bytes), unit));
	case OFFSET_EXTENDED_SIGNED:
		return tell(rules, number, PL_CFI_SAVED,
			    scale((uint64_t)pl_bytes_signed(bytes), unit));
	case NEGATIVE_OFFSET_EXTENDED:
		return tell(rules, number, PL_CFI_SAVED, scale(-pl_bytes_number(bytes), unit));
	case VALUE_OFFSET:
		return tell(rules, number, PL_CFI_OFFSET, scale(pl_bytes_number(bytes), unit));
	case VALUE_OFFSET_SIGNED:
		return tell(rules, number, PL_CFI_OFFSET,
			    scale((uint64_t)pl_bytes_signed(bytes), unit));
	case RESTORE_EXTENDED:
		return restore(machine, number);
	case UNDEFINED:
		return tell(rules, number, PL_CFI_NOWHERE, 0);
	case SAME_VALUE:
		return tell(rules, number, PL_CFI_SAME, 0);
	case REGISTER:
		return tell(rules, number, PL_CFI_REGISTER, (int64_t)pl_bytes_number(bytes));
	case EXPRESSION:
		return tell(rules, number, PL_CFI_SAVED_AT, (intptr_t)get_expression(bytes));
	case VALUE_EXPRESSION:
		return tell(rules, number, PL_CFI_EXPRESSION, (intptr_t)get_expression(bytes));
	default:
		return false;
	}
}

/* Runs one instruction that has no operand in its first byte; false if it is not known. */
static bool run_long(struct machine *machine, unsigned instruction, struct pl_bytes *bytes)
{
	const struct pl_cfi_common *common = machine->common;
	struct pl_cfi_rules *rules = machine->rules;
	uint64_t number;

	switch (instruction) {
	case NOP:
		return true;
	case SET_ADDRESS:
		machine->at = pl_bytes_pointer(bytes, common->encoding, 0);
		return true;
	case ADVANCE_1:
		machine->at += pl_bytes_word(bytes, 1) * common->code_unit;
		return true;
	case ADVANCE_2:
		machine->at += pl_bytes_word(bytes, 2) * common->code_unit;
		return true;
	case ADVANCE_4:
		machine->at += pl_bytes_word(bytes, 4) * common->code_unit;
		return true;
	case DEFINE_CFA:
		number = pl_bytes_number(bytes);
		return define_cfa(rules, number, (int64_t)pl_bytes_number(bytes));
	case DEFINE_CFA_SIGNED:
		number = pl_bytes_number(bytes);
		return define_cfa(rules, number,
				  scale((uint64_t)pl_bytes_signed(bytes), common->data_unit));
	case DEFINE_CFA_REGISTER:
		return define_cfa(rules, pl_bytes_number(bytes), rules->cfa_offset);
	case DEFINE_CFA_OFFSET_SIGNED:
		rules->cfa_offset = scale((uint64_t)pl_bytes_signed(bytes), common->data_unit);
		return true;
	case DEFINE_CFA_EXPRESSION:
		rules->cfa_expression = get_expression(bytes);
		return true;
	case REMEMBER_STATE:
		return remember(machine);
	case RESTORE_STATE:
		return recall(machine);
	case ARGUMENTS_SIZE:
		pl_bytes_number(bytes);
		return true;
	case SIGNING:
		/* MACHINE: arm64 is not built. */
		return !PL_CALL_PUSHES;
	default:
		return run_register(machine, instruction, bytes);
	}
}

/*
 * Runs the instructions for addresses up to this one, which lies in the function. Only an
 * instruction that advances can pass it. False at the first unknown instruction. The three that a
 * function has for each register it saves are handled here, because they are the most frequent.
 */
static bool run(struct machine *machine, const struct pl_bytes *instructions, uintptr_t address)
{
	const struct pl_cfi_common *common = machine->common;
	struct pl_bytes bytes = {instructions->at, instructions->end, false};
	struct pl_cfi_rules *rules = machine->rules;
	uintptr_t at = machine->at;

	while (bytes.at < bytes.end) {
		unsigned instruction = *bytes.at++;
		unsigned operand = instruction & 0x3f;

		if ((instruction & 0xc0) == ADVANCE) {
			at += operand * common->code_unit;
			if (at > address)
				break;
		} else if ((instruction & 0xc0) == OFFSET) {
			tell(rules, operand, PL_CFI_SAVED,
			     scale(pl_bytes_number(&bytes), common->data_unit));
		} else if (instruction == DEFINE_CFA_OFFSET) {
			rules->cfa_offset = (int64_t)pl_bytes_number(&bytes);
		} else if ((instruction & 0xc0) == RESTORE) {
			if (!restore(machine, operand))
				return false;
		} else {
			/*
			 * By way of the machine, so that the other cases keep at and bytes in
			 * registers.
			 */
			machine->at = at;
			machine->rest = bytes;
			if (!run_long(machine, instruction, &machine->rest))
				return false;
			bytes = machine->rest;
			at = machine->at;
			if (at > address)
				break;
		}
	}
	return !bytes.short_of; /* a fault has moved bytes to the end */
}

/* Makes `first` the rules of the common part, unless it is so already. */
static bool run_common(struct machine *machine, struct pl_cfi_first *first)
{
	const struct pl_cfi_common *common = machine->common;

	if (first->common == common->entry)
		return true;
	first->common = NULL;
	first->rules = (struct pl_cfi_rules){.return_address = common->return_address,
					     .is_signal = common->is_signal,
					     .is_plain = true};
	machine->rules = &first->rules;
	if (common->return_address >= PL_REGISTERS ||
	    !run(machine, &common->instructions, UINTPTR_MAX))
		return false;
	first->common = common->entry;
	return true;
}

bool pl_cfi_rules_find(struct pl_cfi_tables *tables, struct pl_cfi_first *first, uintptr_t address,
		       struct pl_cfi_rules *rules)
{
	struct pl_cfi_rules remembered[REMEMBERED_MAX];
	struct machine machine = {.common = &tables->common, .remembered = remembered};
	struct pl_cfi_function function;

	if (!pl_cfi_table_find(tables, address, &function) || !run_common(&machine, first))
		return false;
	*rules = first->rules;
	machine.rules = rules;
	machine.first = &first->rules;
	machine.at = function.start;
	return run(&machine, &function.instructions, address);
}
