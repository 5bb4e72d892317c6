/* SPDX-License-Identifier: MIT */
/*
 * The contents of a block: a pattern that follows from its address and size, so that a block that
 * was handed out twice, moved wrongly or written over is found.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include "../behaviour/behaviour.h"

struct block {
	unsigned char *address; /* NULL: there is none */
	size_t size;
	int giver; /* who takes it back: an index of givers */
};

static inline uint64_t pattern_word(const struct block *block, size_t i)
{
	return ((uintptr_t)block->address ^ block->size << 40) + i * UINT64_C(0x9e3779b97f4a7c15);
}

static inline void pattern_fill(const struct block *block)
{
	size_t words = block->size / 8;

	for (size_t i = 0; i < words; i++) {
		uint64_t word = pattern_word(block, i);

		memcpy(block->address + i * 8, &word, 8);
	}
	memset(block->address + words * 8, (int)(block->size & 0xff), block->size % 8);
}

/*
 * Checks the first bytes at an address for the pattern of a block, which may have moved from there.
 */
static inline void pattern_check_at(const unsigned char *address, const struct block *block,
				    size_t bytes)
{
	size_t words = block->size / 8 < bytes / 8 ? block->size / 8 : bytes / 8;

	for (size_t i = 0; i < words; i++) {
		uint64_t word;

		memcpy(&word, address + i * 8, 8);
		CHECK_EQUAL(word, pattern_word(block, i));
	}
	for (size_t i = block->size / 8 * 8; i < bytes; i++)
		CHECK_EQUAL(address[i], block->size & 0xff);
}

static inline void pattern_check(const struct block *block)
{
	pattern_check_at(block->address, block, block->size);
}

/* After a reallocation to a size: what both blocks have is the old one's. */
static inline void pattern_check_moved(const struct block *block, const struct block *old,
				       size_t size)
{
	pattern_check_at(block->address, old, size < old->size ? size : old->size);
}

#endif
