/* SPDX-License-Identifier: MIT */
/* Reads pointers in the encodings of unwind tables. It must not know what they point to. */
#include "stack/bytes.h"

enum {
	FORM_8 = 0x00,
	FORM_SEVENS = 0x01,
	FORM_2 = 0x02,
	FORM_UNSIGNED_8 = 0x04,
	FORM_SIGNED_SEVENS = 0x09,
	FORM_SIGNED_2 = 0x0a,
	FORM_SIGNED_8 = 0x0c,
	ALIGNED = 0x50,
};

static uint64_t read_form(struct pl_bytes *bytes, unsigned form)
{
	switch (form) {
	case FORM_8:
	case FORM_UNSIGNED_8:
	case FORM_SIGNED_8:
		return pl_bytes_word(bytes, 8);
	case PL_POINTER_4:
		return pl_bytes_word(bytes, 4);
	case PL_POINTER_SIGNED_4:
		return (uint64_t)(int64_t)(int32_t)pl_bytes_word(bytes, 4);
	case FORM_2:
		return pl_bytes_word(bytes, 2);
	case FORM_SIGNED_2:
		return (uint64_t)(int64_t)(int16_t)pl_bytes_word(bytes, 2);
	case FORM_SEVENS:
		return pl_bytes_number(bytes);
	case FORM_SIGNED_SEVENS:
		return (uint64_t)pl_bytes_signed(bytes);
	default:
		return pl_bytes_fault(bytes);
	}
}

uintptr_t pl_bytes_pointer(struct pl_bytes *bytes, unsigned encoding, uintptr_t base)
{
	uintptr_t at;
	uint64_t value;

	if (encoding == PL_POINTER_OMITTED)
		return 0;
	if (encoding == ALIGNED)
		pl_bytes_skip(bytes, -(uintptr_t)bytes->at % sizeof(uintptr_t));
	at = (uintptr_t)bytes->at;
	value = read_form(bytes, encoding & PL_POINTER_FORM);
	switch (encoding & PL_POINTER_IS_RELATIVE) {
	case 0:
	case ALIGNED:
		return value;
	case PL_POINTER_TO_SELF:
		return at + value;
	case PL_POINTER_TO_BASE:
		return base + value;
	default: /* relative to the text or to the function: no compiler for this ABI writes it */
		return pl_bytes_fault(bytes);
	}
}
