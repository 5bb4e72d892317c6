/* SPDX-License-Identifier: MIT */
/*
 * Runs DWARF's expressions (DWARF 5, 2.5.1), as far as addresses of one frame need them. It must
 * not know whether a result is an address or a value.
 */
#include "stack/cfi_expression.h"

#define DEPTH 16
#define STEPS_MAX 256 /* an expression may jump backwards */

enum {
	ADDRESS = 0x03,
	DEREFERENCE = 0x06,
	CONSTANT_1 = 0x08, /* unsigned and signed in turn, of 1, 2, 4 and 8 bytes */
	CONSTANT_8_SIGNED = 0x0f,
	CONSTANT = 0x10,
	CONSTANT_SIGNED = 0x11,
	DUPLICATE = 0x12,
	DROP = 0x13,
	OVER = 0x14,
	PICK = 0x15,
	SWAP = 0x16,
	ROTATE = 0x17,
	ABSOLUTE = 0x19,
	AND = 0x1a,
	DIVIDE = 0x1b,
	MINUS = 0x1c,
	MODULO = 0x1d,
	MULTIPLY = 0x1e,
	NEGATE = 0x1f,
	NOT = 0x20,
	OR = 0x21,
	PLUS = 0x22,
	PLUS_CONSTANT = 0x23,
	SHIFT_LEFT = 0x24,
	SHIFT_RIGHT = 0x25,
	SHIFT_RIGHT_SIGNED = 0x26,
	XOR = 0x27,
	BRANCH = 0x28,
	EQUAL = 0x29,
	GREATER_OR_EQUAL = 0x2a,
	GREATER = 0x2b,
	LESS_OR_EQUAL = 0x2c,
	LESS = 0x2d,
	NOT_EQUAL = 0x2e,
	SKIP = 0x2f,
	LITERAL = 0x30, /* 0 to 31, as for the next two */
	REGISTER = 0x50,
	BASED_ON_REGISTER = 0x70,
	REGISTER_BY_NUMBER = 0x90,
	BASED_ON_NUMBER = 0x92,
	DEREFERENCE_SIZE = 0x94,
	NOTHING = 0x96,
};

struct machine {
	struct pl_bytes code;
	const uint8_t *start;
	const struct pl_frame *frame;
	struct pl_stack *memory;
	uintptr_t stack[DEPTH];
	unsigned depth;
	bool failed;
};

static void push(struct machine *machine, uintptr_t value)
{
	if (machine->depth == DEPTH)
		machine->failed = true;
	else
		machine->stack[machine->depth++] = value;
}

static uintptr_t pop(struct machine *machine)
{
	if (machine->depth > 0)
		return machine->stack[--machine->depth];
	machine->failed = true;
	return 0;
}

/* Pushes a copy of the entry at this depth; 0 is the top. */
static void pick(struct machine *machine, uint64_t depth)
{
	if (depth < machine->depth)
		push(machine, machine->stack[machine->depth - 1 - depth]);
	else
		machine->failed = true;
}

static void push_register(struct machine *machine, uint64_t number, int64_t offset)
{
	if (number >= PL_REGISTERS || (machine->frame->known >> number & 1) == 0)
		machine->failed = true;
	else
		push(machine, machine->frame->registers[number] + (uintptr_t)offset);
}

/* A part of a word has to lie in one word: expressions of frames are for saved registers. */
static void dereference(struct machine *machine, uint64_t size)
{
	uintptr_t address = pop(machine), word = 0, within = address % sizeof(word);

	if (address == 0 || size == 0 || size > sizeof(word) - within ||
	    !pl_stack_read(machine->memory, address - within, &word)) {
		machine->failed = true;
		return;
	}
	word >>= 8 * within;
	push(machine, size < sizeof(word) ? word & (((uintptr_t)1 << 8 * size) - 1) : word);
}

static void jump(struct machine *machine, int64_t distance)
{
	const uint8_t *start = machine->start;
	struct pl_bytes *code = &machine->code;

	if (distance < start - code->at || distance > code->end - code->at)
		machine->failed = true;
	else
		code->at += distance;
}

static uintptr_t get_constant(struct pl_bytes *code, unsigned operation)
{
	unsigned which = operation - CONSTANT_1;
	size_t size = (size_t)1 << which / 2;
	uint64_t value = pl_bytes_word(code, size);

	if (which % 2 != 0 && size < sizeof(value) && (value >> (8 * size - 1)) != 0)
		value |= ~(uint64_t)0 << 8 * size;
	return value;
}

/*
 * Calculates with two operands. *result is unchanged if the operation is unknown or has no result.
 */
static bool combine(unsigned operation, uintptr_t a, uintptr_t b, uintptr_t *result)
{
	intptr_t signed_a = (intptr_t)a, signed_b = (intptr_t)b;

	switch (operation) {
	case AND:
		*result = a & b;
		return true;
	case OR:
		*result = a | b;
		return true;
	case XOR:
		*result = a ^ b;
		return true;
	case PLUS:
		*result = a + b;
		return true;
	case MINUS:
		*result = a - b;
		return true;
	case MULTIPLY:
		*result = a * b;
		return true;
	case DIVIDE:
		if (b == 0 || b == UINTPTR_MAX)
			return false;
		*result = (uintptr_t)(signed_a / signed_b);
		return true;
	case MODULO:
		if (b == 0)
			return false;
		*result = a % b;
		return true;
	case SHIFT_LEFT:
		*result = b < 64 ? a << b : 0;
		return true;
	case SHIFT_RIGHT:
		*result = b < 64 ? a >> b : 0;
		return true;
	case SHIFT_RIGHT_SIGNED:
		b = b < 63 ? b : 63;
		*result = signed_a < 0 ? ~(~a >> b) : a >> b;
		return true;
	case EQUAL:
		*result = a == b;
		return true;
	case NOT_EQUAL:
		*result = a != b;
		return true;
	case GREATER_OR_EQUAL:
		*result = signed_a >= signed_b;
		return true;
	case GREATER:
		*result = signed_a > signed_b;
		return true;
	case LESS_OR_EQUAL:
		*result = signed_a <= signed_b;
		return true;
	case LESS:
		*result = signed_a < signed_b;
		return true;
	default:
		return false;
	}
}

static void calculate_two(struct machine *machine, unsigned operation)
{
	uintptr_t b = pop(machine), a = pop(machine), result = 0;

	machine->failed = machine->failed || !combine(operation, a, b, &result);
	push(machine, result);
}

static void swap(struct machine *machine)
{
	uintptr_t upper = pop(machine), lower = pop(machine);

	push(machine, upper);
	push(machine, lower);
}

static void rotate(struct machine *machine)
{
	uintptr_t first = pop(machine), second = pop(machine), third = pop(machine);

	push(machine, first);
	push(machine, third);
	push(machine, second);
}

/* Operations that have operands in the code, or move what is on the stack. */
static void run_other(struct machine *machine, unsigned operation)
{
	struct pl_bytes *code = &machine->code;
	uint64_t number;

	switch (operation) {
	case ADDRESS:
		push(machine, pl_bytes_word(code, sizeof(uintptr_t)));
		break;
	case DEREFERENCE:
		dereference(machine, sizeof(uintptr_t));
		break;
	case DEREFERENCE_SIZE:
		dereference(machine, pl_bytes_byte(code));
		break;
	case CONSTANT:
		push(machine, pl_bytes_number(code));
		break;
	case CONSTANT_SIGNED:
		push(machine, (uintptr_t)pl_bytes_signed(code));
		break;
	case DUPLICATE:
		pick(machine, 0);
		break;
	case DROP:
		pop(machine);
		break;
	case OVER:
		pick(machine, 1);
		break;
	case PICK:
		pick(machine, pl_bytes_byte(code));
		break;
	case SWAP:
		swap(machine);
		break;
	case ROTATE:
		rotate(machine);
		break;
	case ABSOLUTE:
		number = pop(machine);
		push(machine, (int64_t)number < 0 ? -number : number);
		break;
	case NEGATE:
		push(machine, -pop(machine));
		break;
	case NOT:
		push(machine, ~pop(machine));
		break;
	case PLUS_CONSTANT:
		push(machine, pop(machine) + pl_bytes_number(code));
		break;
	case SKIP:
		jump(machine, (int16_t)pl_bytes_word(code, 2));
		break;
	case BRANCH:
		number = pl_bytes_word(code, 2);
		if (pop(machine) != 0)
			jump(machine, (int16_t)number);
		break;
	case REGISTER_BY_NUMBER:
		push_register(machine, pl_bytes_number(code), 0);
		break;
	case BASED_ON_NUMBER:
		number = pl_bytes_number(code);
		push_register(machine, number, pl_bytes_signed(code));
		break;
	case NOTHING:
		break;
	default:
		calculate_two(machine, operation);
		break;
	}
}

static void run(struct machine *machine)
{
	unsigned operation = pl_bytes_byte(&machine->code);

	if (operation >= BASED_ON_REGISTER && operation < BASED_ON_REGISTER + 32)
		push_register(machine, operation - BASED_ON_REGISTER,
			      pl_bytes_signed(&machine->code));
	else if (operation >= REGISTER && operation < REGISTER + 32)
		push_register(machine, operation - REGISTER, 0);
	else if (operation >= LITERAL && operation < LITERAL + 32)
		push(machine, operation - LITERAL);
	else if (operation >= CONSTANT_1 && operation <= CONSTANT_8_SIGNED)
		push(machine, get_constant(&machine->code, operation));
	else
		run_other(machine, operation);
}

bool pl_cfi_calculate(struct pl_bytes expression, const struct pl_frame *frame,
		      struct pl_stack *stack, const uintptr_t *first, uintptr_t *result)
{
	struct machine machine = {
		.code = expression, .start = expression.at, .frame = frame, .memory = stack};

	if (first != NULL)
		push(&machine, *first);
	for (unsigned steps = 0; machine.code.at < machine.code.end; steps++) {
		run(&machine);
		if (machine.failed || machine.code.short_of || steps == STEPS_MAX)
			return false;
	}
	*result = pop(&machine);
	return !machine.failed;
}
