/* SPDX-License-Identifier: MIT */
/*
 * Applies the rules of a frame: makes the registers of its caller from those of the frame and the
 * words on its stack. It must not know what the frames are for, nor how the tables are written.
 */
#include "stack/cfi.h"

#include "stack/cfi_expression.h"

static bool is_known(const struct pl_frame *frame, uint64_t number)
{
	return number < PL_REGISTERS && (frame->known >> number & 1) != 0;
}

static bool find_cfa(const struct pl_cfi_rules *rules, const struct pl_frame *frame,
		     struct pl_stack *stack, uintptr_t *cfa)
{
	if (rules->cfa_expression != NULL)
		return pl_cfi_calculate(pl_cfi_rules_expression(rules->cfa_expression), frame,
					stack, NULL, cfa);
	if (!is_known(frame, rules->cfa_register))
		return false;
	*cfa = frame->registers[rules->cfa_register] + (uintptr_t)rules->cfa_offset;
	return true;
}

/* Finds the caller's value of a register; false if it cannot be known. */
static bool find_value(const struct pl_cfi_rules *rules, unsigned number,
		       const struct pl_frame *frame, struct pl_stack *stack, uintptr_t cfa,
		       uintptr_t *value)
{
	int64_t operand = rules->value[number];
	const uint8_t *expression = (const uint8_t *)operand;

	switch (rules->where[number]) {
	case PL_CFI_OFFSET:
		*value = cfa + (uintptr_t)operand;
		return true;
	case PL_CFI_REGISTER:
		if (!is_known(frame, (uint64_t)operand))
			return false;
		*value = frame->registers[operand];
		return true;
	case PL_CFI_SAVED_AT:
		return pl_cfi_calculate(pl_cfi_rules_expression(expression), frame, stack, &cfa,
					value) &&
		       pl_stack_read(stack, *value, value);
	case PL_CFI_EXPRESSION:
		return pl_cfi_calculate(pl_cfi_rules_expression(expression), frame, stack, &cfa,
					value);
	default:
		return false;
	}
}

/*
 * Replaces the registers of a frame by its caller's. Rules may refer to the frame's own, so unless
 * all are plain those are copied first.
 */
static void change_registers(const struct pl_cfi_rules *rules, struct pl_frame *frame,
			     struct pl_stack *stack, uintptr_t cfa)
{
	const struct pl_frame *old = frame;
	struct pl_frame before;

	if (!rules->is_plain) {
		before = *frame;
		old = &before;
	}
	frame->registers[PL_REGISTER_STACK] = cfa;
	/* MACHINE: arm64, where calls do not push, is not built. */
	if (PL_CALL_PUSHES) /* no register keeps the return address */
		frame->known &= ~((uint32_t)1 << rules->return_address);
	for (uint32_t left = rules->told; left != 0; left &= left - 1) {
		unsigned number = (unsigned)__builtin_ctz(left);
		uintptr_t *value = &frame->registers[number];
		bool is_found =
			rules->where[number] == PL_CFI_SAVED
				? pl_stack_read(stack, cfa + (uintptr_t)rules->value[number], value)
				: find_value(rules, number, old, stack, cfa, value);

		frame->known = is_found ? frame->known | (uint32_t)1 << number
					: frame->known & ~((uint32_t)1 << number);
	}
}

enum pl_cfi_result pl_cfi_step(struct pl_cfi *cfi)
{
	struct pl_frame *frame = &cfi->frame;
	uintptr_t address = pl_cfi_instruction(frame), pointer, cfa;
	struct pl_cfi_rules rules;

	if (!pl_cfi_table_open(&cfi->tables, address) ||
	    !pl_cfi_rules_find(&cfi->tables, &cfi->first, address, &rules))
		return PL_CFI_NO_TABLE;
	if (rules.where[rules.return_address] == PL_CFI_NOWHERE) { /* the outermost frame */
		frame->pc = 0;
		return PL_CFI_DONE;
	}
	if (!find_cfa(&rules, frame, &cfi->stack, &cfa))
		return PL_CFI_UNREADABLE;
	pointer = frame->registers[PL_REGISTER_STACK];
	/*
	 * Without a rule for it, the caller's stack pointer is the CFA: judge it before any read.
	 */
	if (rules.where[PL_REGISTER_STACK] == PL_CFI_SAME &&
	    !pl_stack_may_go(&cfi->stack, pointer, cfa, rules.is_signal))
		return PL_CFI_UNREADABLE;
	change_registers(&rules, frame, &cfi->stack, cfa);
	if (!is_known(frame, rules.return_address) || !is_known(frame, PL_REGISTER_STACK) ||
	    (rules.where[PL_REGISTER_STACK] != PL_CFI_SAME &&
	     !pl_stack_may_go(&cfi->stack, pointer, frame->registers[PL_REGISTER_STACK],
			      rules.is_signal)))
		return PL_CFI_UNREADABLE;
	frame->pc = pl_frame_plain_pc(frame->registers[rules.return_address]);
	frame->is_exact = rules.is_signal;
	return PL_CFI_DONE;
}
