/* SPDX-License-Identifier: MIT */
/*
 * Reads DWARF's numbers from bytes with an end. Whoever reads past the end, or reads a malformed
 * number, gets 0, and short_of is set from then on. It must not know what the numbers mean.
 */
#ifndef PL_BYTES_H
#define PL_BYTES_H

#include "common/base.h"

#include <string.h>

struct pl_bytes {
	const uint8_t *at;
	const uint8_t *end;
	bool short_of;
};

PL_INLINE uint64_t pl_bytes_fault(struct pl_bytes *bytes)
{
	bytes->short_of = true;
	bytes->at = bytes->end;
	return 0;
}

PL_INLINE size_t pl_bytes_left(const struct pl_bytes *bytes)
{
	return (size_t)(bytes->end - bytes->at);
}

PL_INLINE uint64_t pl_bytes_word(struct pl_bytes *bytes, size_t size)
{
	uint64_t value = 0;

	if (pl_bytes_left(bytes) < size)
		return pl_bytes_fault(bytes);
	memcpy(&value, bytes->at, size); /* little-endian */
	bytes->at += size;
	return value;
}

PL_INLINE uint8_t pl_bytes_byte(struct pl_bytes *bytes)
{
	return bytes->at < bytes->end ? *bytes->at++ : (uint8_t)pl_bytes_fault(bytes);
}

PL_INLINE void pl_bytes_skip(struct pl_bytes *bytes, uint64_t size)
{
	if (size > pl_bytes_left(bytes))
		pl_bytes_fault(bytes);
	else
		bytes->at += size;
}

/* Reads a number of seven bits a byte, lowest first (LEB128); *bits is how many bits there were. */
PL_INLINE uint64_t pl_bytes_sevens(struct pl_bytes *bytes, unsigned *bits)
{
	uint64_t value = 0, byte;

	*bits = 0;
	do {
		if (bytes->at == bytes->end || *bits >= 64)
			return pl_bytes_fault(bytes);
		byte = *bytes->at++;
		value |= (byte & 0x7f) << *bits;
		*bits += 7;
	} while ((byte & 0x80) != 0);
	return value;
}

PL_INLINE uint64_t pl_bytes_number(struct pl_bytes *bytes)
{
	unsigned bits;

	if (PL_LIKELY(bytes->at < bytes->end && *bytes->at < 0x80)) /* most have one byte */
		return *bytes->at++;
	return pl_bytes_sevens(bytes, &bits);
}

PL_INLINE int64_t pl_bytes_signed(struct pl_bytes *bytes)
{
	unsigned bits;
	uint64_t value = pl_bytes_sevens(bytes, &bits);

	if (bits > 0 && bits < 64 && (value >> (bits - 1) & 1) != 0)
		value |= ~(uint64_t)0 << bits;
	return (int64_t)value;
}

/* How a pointer is written (LSB): its form, what it is relative to, and whether it is indirect. */
enum pl_pointer {
	PL_POINTER_FORM = 0x0f,
	PL_POINTER_IS_RELATIVE = 0x70,
	PL_POINTER_IS_PLACE = 0x80,
	PL_POINTER_4 = 0x03,
	PL_POINTER_TO_SELF = 0x10, /* relative to where it stands */
	PL_POINTER_TO_BASE = 0x30,
	PL_POINTER_SIGNED_4 = 0x0b,
	PL_POINTER_OMITTED = 0xff,
};

/* Reads a pointer; base is for PL_POINTER_TO_BASE. What the pointer points to is not read. */
uintptr_t pl_bytes_pointer(struct pl_bytes *bytes, unsigned encoding, uintptr_t base);

#endif
