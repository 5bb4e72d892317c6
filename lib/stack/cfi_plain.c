/* SPDX-License-Identifier: MIT */
/*
 * Packs plain rules and applies them. The checks are those of cfi.c: a wrong rule can end a walk or
 * lead it astray, but not off what can be read. It must not know where rules are kept.
 */
#include "stack/cfi_plain.h"

#include "stack/bytes.h"

#define WORD ((int64_t)sizeof(uintptr_t))
#define OFFSET_BITS 20
#define INNER_BITS 12
#define OUTER_BITS 8

enum {
	OUTER_AT = PL_PLAIN_OFFSET_AT + INNER_BITS,
};

_Static_assert(OUTER_AT + OUTER_BITS <= 32 && PL_PLAIN_OFFSET_AT + OFFSET_BITS <= 32,
	       "in one word");

/* The operations of the expressions that are known here: DWARF 5, 7.7.1. */
enum {
	DEREFERENCE = 0x06,
	PLUS_CONSTANT = 0x23,
	LITERAL = 0x30,
	BASED_ON_REGISTER = 0x70,
};

/* ---- making ---------------------------------------------------------------------------------- */

static bool is_words(int64_t bytes, int64_t least, int64_t most)
{
	return bytes % WORD == 0 && bytes / WORD >= least && bytes / WORD <= most;
}

static bool pack(pl_plain *rule, enum pl_plain_kind kind, int64_t offset)
{
	*rule = (pl_plain)kind | (pl_plain)(offset / WORD) << PL_PLAIN_OFFSET_AT;
	return is_words(offset, 0, (1 << OFFSET_BITS) - 1);
}

static bool pack_indirect(pl_plain *rule, enum pl_plain_kind kind, int64_t inner, int64_t outer)
{
	const int64_t half = 1 << (INNER_BITS - 1);

	*rule = (pl_plain)kind |
		((pl_plain)(inner / WORD) & ((1 << INNER_BITS) - 1)) << PL_PLAIN_OFFSET_AT |
		(pl_plain)(outer / WORD) << OUTER_AT;
	return is_words(inner, -half, half - 1) && is_words(outer, 0, (1 << OUTER_BITS) - 1);
}

/* A register and a number, dereferenced, and perhaps another number. */
static bool read_indirect(struct pl_bytes bytes, pl_plain *rule)
{
	unsigned number = pl_bytes_byte(&bytes) - BASED_ON_REGISTER;
	int64_t inner = pl_bytes_signed(&bytes), outer = 0;

	if (number != PL_REGISTER_STACK && number != PL_REGISTER_BASE)
		return false;
	if (pl_bytes_byte(&bytes) != DEREFERENCE)
		return false;
	if (bytes.at < bytes.end && pl_bytes_byte(&bytes) == PLUS_CONSTANT)
		outer = (int64_t)pl_bytes_number(&bytes);
	return !bytes.short_of && bytes.at == bytes.end &&
	       pack_indirect(rule,
			     number == PL_REGISTER_STACK ? PL_PLAIN_AT_STACK : PL_PLAIN_AT_BASE,
			     inner, outer);
}

/*
 * What linkers write for a table of stubs of 16 bytes: stack pointer + 8, and 8 more from the byte
 * on at which a stub has pushed a number. So it is a matter of the address, which may be that of
 * the instruction, or one byte behind it.
 */
static bool read_stub(struct pl_bytes bytes, uintptr_t address, pl_plain *rule)
{
	static const uint8_t stub[] = {0x77, 0x08, 0x80, 0x00, 0x3f, 0x1a,
				       0,    0x2a, 0x33, 0x24, 0x22};
	const size_t variable = 6;
	unsigned pushed;

	if (pl_bytes_left(&bytes) != sizeof(stub))
		return false;
	for (size_t i = 0; i < sizeof(stub); i++)
		if (i != variable && bytes.at[i] != stub[i])
			return false;
	pushed = bytes.at[variable] - LITERAL;
	return pushed < 16 && (address % 16 >= pushed) == ((address + 1) % 16 >= pushed) &&
	       pack(rule, PL_PLAIN_STACK, address % 16 >= pushed ? 2 * WORD : WORD);
}

static bool make_cfa(const struct pl_cfi_rules *rules, uintptr_t address, pl_plain *rule)
{
	struct pl_bytes bytes;

	if (rules->cfa_expression == NULL)
		return (rules->cfa_register == PL_REGISTER_STACK ||
			rules->cfa_register == PL_REGISTER_BASE) &&
		       pack(rule,
			    rules->cfa_register == PL_REGISTER_STACK ? PL_PLAIN_STACK
								     : PL_PLAIN_BASE,
			    rules->cfa_offset);
	bytes = pl_cfi_rules_expression(rules->cfa_expression);
	return read_indirect(bytes, rule) || read_stub(bytes, address, rule);
}

/* Whether the base is saved where it points to. */
static bool is_at_base(const uint8_t *expression)
{
	struct pl_bytes bytes = pl_cfi_rules_expression(expression);

	return pl_bytes_left(&bytes) == 2 && bytes.at[0] == BASED_ON_REGISTER + PL_REGISTER_BASE &&
	       bytes.at[1] == 0;
}

static bool make_base(const struct pl_cfi_rules *rules, pl_plain *rule)
{
	int64_t value = rules->value[PL_REGISTER_BASE];
	pl_plain slot;

	switch (rules->where[PL_REGISTER_BASE]) {
	case PL_CFI_SAME:
		slot = PL_PLAIN_BASE_SAME;
		break;
	case PL_CFI_SAVED:
		if (value < -(PL_PLAIN_BASE_AT_BASE - 1) * WORD || !is_words(-value, 1, 0xfe))
			return false;
		slot = (pl_plain)(-value / WORD);
		break;
	case PL_CFI_SAVED_AT:
		if (!is_at_base((const uint8_t *)(intptr_t)value))
			return false;
		slot = PL_PLAIN_BASE_AT_BASE;
		break;
	default:
		return false;
	}
	*rule |= slot << PL_PLAIN_BASE_AT;
	return true;
}

pl_plain pl_cfi_plain_make(const struct pl_cfi_rules *rules, uintptr_t address)
{
	unsigned number = rules->return_address;
	pl_plain rule = PL_PLAIN_NOT;

	/* MACHINE: arm64, where the return address may be in a register, is not built. */
	if (!PL_CALL_PUSHES || number != PL_REGISTER_RETURN || rules->is_signal)
		return PL_PLAIN_NOT;
	if (rules->where[number] == PL_CFI_NOWHERE)
		return PL_PLAIN_END;
	if (rules->where[number] != PL_CFI_SAVED || rules->value[number] != -WORD ||
	    rules->where[PL_REGISTER_STACK] != PL_CFI_SAME)
		return PL_PLAIN_NOT;
	if (!make_cfa(rules, address, &rule) || !make_base(rules, &rule))
		return PL_PLAIN_NOT;
	return rule;
}

/* ---- applying -------------------------------------------------------------------------------- */

/* Sign-extends the inner offset. */
static uintptr_t inner_of(pl_plain rule)
{
	int32_t upper = (int32_t)(rule << (32 - OUTER_AT));

	return (uintptr_t)((intptr_t)(upper >> (32 - INNER_BITS)) * WORD);
}

PL_INLINE bool is_base_known(const struct pl_frame *frame)
{
	return (frame->known >> PL_REGISTER_BASE & 1) != 0;
}

PL_INLINE bool find_cfa(pl_plain rule, struct pl_cfi *cfi, uintptr_t *cfa)
{
	enum pl_plain_kind kind = pl_cfi_plain_kind(rule);
	bool is_of_base = kind == PL_PLAIN_BASE || kind == PL_PLAIN_AT_BASE;
	const struct pl_frame *frame = &cfi->frame;
	uintptr_t from = frame->registers[is_of_base ? PL_REGISTER_BASE : PL_REGISTER_STACK];

	if (is_of_base && !is_base_known(frame))
		return false;
	*cfa = from + (uintptr_t)(rule >> PL_PLAIN_OFFSET_AT) * WORD;
	if (PL_LIKELY(kind == PL_PLAIN_STACK || kind == PL_PLAIN_BASE))
		return true;
	if (!pl_stack_read(&cfi->stack, from + inner_of(rule), cfa))
		return false;
	*cfa += (uintptr_t)(rule >> OUTER_AT) * WORD;
	return true;
}

enum pl_cfi_result pl_cfi_plain_step(pl_plain rule, struct pl_cfi *cfi)
{
	const uint32_t both = (uint32_t)1 << PL_REGISTER_STACK | (uint32_t)1 << PL_REGISTER_BASE;
	pl_plain slot = rule >> PL_PLAIN_BASE_AT & PL_PLAIN_BASE_AT_BASE;
	struct pl_frame *frame = &cfi->frame;
	uintptr_t cfa, *base = &frame->registers[PL_REGISTER_BASE];

	if (PL_UNLIKELY(pl_cfi_plain_kind(rule) == PL_PLAIN_END)) {
		frame->pc = 0;
		return PL_CFI_DONE;
	}
	if (!find_cfa(rule, cfi, &cfa) ||
	    !pl_stack_may_go_on(&cfi->stack, frame->registers[PL_REGISTER_STACK], cfa))
		return PL_CFI_UNREADABLE;
	frame->known &= both;
	if (slot == PL_PLAIN_BASE_AT_BASE && !is_base_known(frame))
		slot = PL_PLAIN_BASE_SAME; /* and unknown, as before */
	if (slot != PL_PLAIN_BASE_SAME &&
	    !pl_stack_read(&cfi->stack,
			   slot == PL_PLAIN_BASE_AT_BASE ? *base : cfa - (uintptr_t)slot * WORD,
			   base))
		frame->known &= ~((uint32_t)1 << PL_REGISTER_BASE);
	else if (slot != PL_PLAIN_BASE_SAME)
		frame->known |= (uint32_t)1 << PL_REGISTER_BASE;
	if (!pl_stack_read(&cfi->stack, cfa - WORD, &frame->registers[PL_REGISTER_RETURN]))
		return PL_CFI_UNREADABLE;
	frame->known |= (uint32_t)1 << PL_REGISTER_RETURN;
	frame->registers[PL_REGISTER_STACK] = cfa;
	frame->pc = pl_frame_plain_pc(frame->registers[PL_REGISTER_RETURN]);
	frame->is_exact = false;
	return PL_CFI_DONE;
}
