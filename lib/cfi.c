/* SPDX-License-Identifier: MIT */
/*
 * Call frame information, as far as compilers write it for plain functions of x86-64: the frame's
 * address (CFA) is rsp or rbp plus a number, the return address lies below it, and rbp is saved at
 * a number from it or not at all. Anything else it leaves to libgcc, which finds the tables, too.
 * (DWARF 5, 6.4; LSB, .eh_frame.) It must not know what the frames are for.
 */
#include "cfi.h"

#include <string.h>

/* As in libgcc's unwind-dw2-fde.h, which is not installed. */
struct dwarf_eh_bases {
	void *text;
	void *data;
	void *function;
};
/* NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): it is libgcc's */
extern const void *_Unwind_Find_FDE(void *pc, struct dwarf_eh_bases *bases);

enum { RBP = 6, RSP = 7, RETURN_ADDRESS = 16 }; /* the psABI's numbers of registers */

#define REMEMBERED_MAX 4
#define NOWHERE INT64_MAX /* the return address is undefined: the outermost frame */

struct bytes {
	const uint8_t *at;
	const uint8_t *end;
	bool short_of; /* something was read behind the end, or is too large */
};

struct rules {
	uint64_t cfa_register;
	int64_t cfa_offset;
	int64_t base_offset;   /* from the CFA; 0: rbp is not saved */
	int64_t return_offset; /* or NOWHERE */
};

/* ---- reading --------------------------------------------------------------------------------- */

PL_INLINE uint64_t get_word(struct bytes *bytes, size_t size)
{
	uint64_t value = 0;

	if ((size_t)(bytes->end - bytes->at) < size) {
		bytes->short_of = true;
		bytes->at = bytes->end;
		return 0;
	}
	memcpy(&value, bytes->at, size); /* little-endian */
	bytes->at += size;
	return value;
}

PL_INLINE void skip(struct bytes *bytes, uint64_t size)
{
	if (size > (size_t)(bytes->end - bytes->at))
		bytes->short_of = true;
	else
		bytes->at += size;
}

/* A number of 7 bits a byte; only such as a frame needs, of at most 28 bits. */
PL_INLINE uint64_t get_number(struct bytes *bytes)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 28; shift += 7) {
		uint64_t byte;

		if (bytes->at == bytes->end)
			break;
		byte = *bytes->at++;
		value |= (byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
			return value;
	}
	bytes->short_of = true;
	return 0;
}

static int64_t get_signed(struct bytes *bytes)
{
	const uint8_t *begin = bytes->at;
	uint64_t value = get_number(bytes);
	unsigned bits = 7 * (unsigned)(bytes->at - begin);

	if (bits > 0 && (value >> (bits - 1) & 1) != 0)
		value -= (uint64_t)1 << bits;
	return (int64_t)value;
}

/* An entry of .eh_frame, without its length. Returns false for the 64-bit form and for the end. */
PL_INLINE bool get_entry(const uint8_t *entry, struct bytes *bytes)
{
	uint32_t length;

	memcpy(&length, entry, sizeof(length));
	if (length == 0 || length == UINT32_MAX)
		return false;
	*bytes = (struct bytes){entry + sizeof(length), entry + sizeof(length) + length, false};
	return true;
}

/* The size of the pointers of a function's entry, as its encoding (DW_EH_PE_*) says; 0: another. */
static size_t pointer_size(uint64_t encoding)
{
	switch (encoding & 0x07) {
	case 0x00:
	case 0x04:
		return 8;
	case 0x03:
		return 4;
	default:
		return 0;
	}
}

/* The common part of functions' entries. */
struct common {
	struct bytes instructions;
	uint64_t code_unit;
	int64_t data_unit;
	size_t pointer_size; /* of a function's entry */
	bool augmented;	     /* a function's entry has a length and data behind its pointers */
};

/* The data that letters announce: z, then R with an encoding, and P or L, which are passed over. */
static bool read_augmentation(const char *letters, struct bytes *bytes, struct common *common)
{
	uint64_t length = get_number(bytes);
	const uint8_t *end = bytes->at + length;

	if (bytes->short_of || length > (size_t)(bytes->end - bytes->at))
		return false;
	for (letters++; *letters != '\0'; letters++) {
		uint64_t encoding;

		if (*letters != 'R' && *letters != 'L' && *letters != 'P')
			return false; /* S: a frame of a signal */
		encoding = get_word(bytes, 1);
		if (*letters == 'R')
			common->pointer_size = pointer_size(encoding);
		else if (*letters == 'P' && pointer_size(encoding) != 0)
			skip(bytes, pointer_size(encoding));
		else if (*letters == 'P')
			return false;
	}
	bytes->at = end;
	return common->pointer_size != 0;
}

static bool read_common(const uint8_t *entry, struct common *common)
{
	struct bytes bytes;
	const char *letters;
	uint64_t version;

	if (!get_entry(entry, &bytes))
		return false;
	get_word(&bytes, 4); /* 0: that it is a common part */
	version = get_word(&bytes, 1);
	letters = (const char *)bytes.at;
	while (get_word(&bytes, 1) != 0)
		;
	common->code_unit = get_number(&bytes);
	common->data_unit = get_signed(&bytes);
	if (get_word(&bytes, 1) != RETURN_ADDRESS || (version != 1 && version != 3))
		return false;
	common->pointer_size = 8;
	common->augmented = letters[0] == 'z';
	if (common->augmented ? !read_augmentation(letters, &bytes, common) : letters[0] != '\0')
		return false;
	common->instructions = bytes;
	return !bytes.short_of;
}

/* ---- instructions ---------------------------------------------------------------------------- */

enum {
	ADVANCE = 0x40, /* these three in the upper two bits */
	OFFSET = 0x80,
	RESTORE = 0xc0,
	NOP = 0x00,
	ADVANCE_1 = 0x02,
	ADVANCE_2 = 0x03,
	ADVANCE_4 = 0x04,
	UNDEFINED = 0x07,
	REMEMBER_STATE = 0x0a,
	RESTORE_STATE = 0x0b,
	DEFINE_CFA = 0x0c,
	DEFINE_CFA_REGISTER = 0x0d,
	DEFINE_CFA_OFFSET = 0x0e,
	ARGUMENTS_SIZE = 0x2e,
};

struct machine {
	uintptr_t at; /* the first address for which the rules hold */
	struct rules rules;
	struct rules remembered[REMEMBERED_MAX];
	unsigned remembers;
};

/* A register is saved below the CFA. Only those that a walk needs are kept. */
PL_INLINE bool save(struct rules *rules, uint64_t number, int64_t offset)
{
	if (number == RBP)
		rules->base_offset = offset;
	else if (number == RETURN_ADDRESS)
		rules->return_offset = offset;
	return number != RSP;
}

PL_INLINE bool restore(struct rules *rules, uint64_t number)
{
	if (number == RBP)
		rules->base_offset = 0;
	return number != RSP && number != RETURN_ADDRESS;
}

/* One instruction without an operand of its own in its first byte; false if it is another. */
PL_INLINE bool run_long(struct machine *machine, uint64_t instruction, struct bytes *bytes,
			const struct common *common)
{
	struct rules *rules = &machine->rules;

	switch (instruction) {
	case NOP:
		return true;
	case ADVANCE_1:
		machine->at += get_word(bytes, 1) * common->code_unit;
		return true;
	case ADVANCE_2:
		machine->at += get_word(bytes, 2) * common->code_unit;
		return true;
	case ADVANCE_4:
		machine->at += get_word(bytes, 4) * common->code_unit;
		return true;
	case DEFINE_CFA:
		rules->cfa_register = get_number(bytes);
		rules->cfa_offset = (int64_t)get_number(bytes);
		return true;
	case DEFINE_CFA_REGISTER:
		rules->cfa_register = get_number(bytes);
		return true;
	case DEFINE_CFA_OFFSET:
		rules->cfa_offset = (int64_t)get_number(bytes);
		return true;
	case REMEMBER_STATE:
		if (machine->remembers == REMEMBERED_MAX)
			return false;
		machine->remembered[machine->remembers++] = *rules;
		return true;
	case RESTORE_STATE:
		if (machine->remembers == 0)
			return false;
		*rules = machine->remembered[--machine->remembers];
		return true;
	case UNDEFINED:
		rules->return_offset = NOWHERE;
		return get_number(bytes) == RETURN_ADDRESS;
	case ARGUMENTS_SIZE:
		get_number(bytes);
		return true;
	default:
		return false;
	}
}

/* Runs the instructions for addresses below pc. False at the first that is none of these. */
PL_INLINE bool run(struct machine *machine, struct bytes bytes, const struct common *common,
		   uintptr_t pc)
{
	while (bytes.at < bytes.end && machine->at < pc) {
		uint64_t instruction = *bytes.at++;
		uint64_t operand = instruction & 0x3f;
		bool known = true;

		if ((instruction & 0xc0) == ADVANCE)
			machine->at += operand * common->code_unit;
		else if ((instruction & 0xc0) == OFFSET)
			known = save(&machine->rules, operand,
				     (int64_t)get_number(&bytes) * common->data_unit);
		else if ((instruction & 0xc0) == RESTORE)
			known = restore(&machine->rules, operand);
		else
			known = run_long(machine, instruction, &bytes, common);
		if (!known || bytes.short_of)
			return false;
	}
	return true;
}

/* ---- a step ---------------------------------------------------------------------------------- */

/* The rules at the instruction before pc. */
static bool find_rules(uintptr_t pc, struct machine *machine)
{
	struct dwarf_eh_bases bases;
	const uint8_t *entry = _Unwind_Find_FDE((void *)(pc - 1), &bases);
	struct common common;
	struct bytes bytes;
	uint32_t back;

	if (entry == NULL || !get_entry(entry, &bytes))
		return false;
	memcpy(&back, bytes.at, sizeof(back));
	if (!read_common(bytes.at - back, &common))
		return false;
	/* And where the function begins, and its size. */
	skip(&bytes, sizeof(back) + 2 * common.pointer_size);
	if (common.augmented)
		skip(&bytes, get_number(&bytes));
	if (bytes.short_of)
		return false;
	machine->at = (uintptr_t)bases.function;
	machine->remembers = 0;
	machine->rules = (struct rules){0};
	return run(machine, common.instructions, &common, pc) && run(machine, bytes, &common, pc);
}

static __attribute__((no_sanitize("address"))) uintptr_t word_at(uintptr_t address)
{
	return *(const uintptr_t *)address;
}

bool pl_cfi_step(struct pl_frame *frame)
{
	struct machine machine;
	const struct rules *rules = &machine.rules;
	uintptr_t cfa;

	if (!find_rules(frame->pc, &machine))
		return false;
	if (rules->return_offset == NOWHERE) {
		frame->pc = 0;
		return true;
	}
	if (rules->cfa_register != RSP && rules->cfa_register != RBP)
		return false;
	cfa = (rules->cfa_register == RSP ? frame->stack : frame->base) +
	      (uintptr_t)rules->cfa_offset;
	/* A stack goes one way: else it is not the one that the tables speak of. */
	if (cfa <= frame->stack || cfa % sizeof(uintptr_t) != 0 || rules->return_offset != -8)
		return false;
	if (rules->base_offset != 0)
		frame->base = word_at(cfa + (uintptr_t)rules->base_offset);
	frame->pc = word_at(cfa + (uintptr_t)rules->return_offset);
	frame->stack = cfa;
	return true;
}
