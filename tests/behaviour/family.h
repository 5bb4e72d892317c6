/* SPDX-License-Identifier: MIT */
/*
 * Every allocating entry point by a name: how it is called, and the result that it must have. A
 * program finds one by the name in its argument. Each call is a function with its own name, so that
 * a report shows it.
 *
 * _GNU_SOURCE must be defined before the first include.
 */
#ifndef FAMILY_H
#define FAMILY_H

#include "entry_points.h"

#define FAMILY_SIZE 48
#define FAMILY_PARTS 3
#define FAMILY_ALIGNMENT 64
#define FAMILY_OLD_SIZE 24
#define FAMILY_OLD_BYTE 0x5a

struct family_member {
	const char *name;
	void *(*call)(void *old); /* old: a block, for reallocations */
	void (*release)(void *block);
	size_t bytes;	  /* requested from the library */
	size_t alignment; /* of the block */
	bool takes_old;	  /* it is a reallocation */
};

/* volatile: otherwise the wrapper would leave by a jump and not be on the stack. */
#define FAMILY_CALL(name, expression, unused)                                                      \
	void *call_##name(void *block);                                                            \
	FRAME void *call_##name(void *block)                                                       \
	{                                                                                          \
		const size_t size = FAMILY_SIZE, count = FAMILY_PARTS;                             \
		const size_t alignment = FAMILY_ALIGNMENT;                                         \
		void *volatile result = expression;                                                \
                                                                                                   \
		(void)block, (void)size, (void)count, (void)alignment;                             \
		return result;                                                                     \
	}

TAKE_ALL(FAMILY_CALL)
TAKE_RESIZED(FAMILY_CALL)

static inline void release_aligned(void *block)
{
	delete_aligned(block, FAMILY_ALIGNMENT);
}

static inline void release_array_aligned(void *block)
{
	delete_array_aligned(block, FAMILY_ALIGNMENT);
}

#define PAGE 4096
#define PLAIN 16 /* the platform's ABI promises this for any block */

#define OF_PLAIN(name, call, release) {#name, call_##name, release, FAMILY_SIZE, PLAIN, false},
#define OF_OLD(name, call, release) {#name, call_##name, release, FAMILY_SIZE, PLAIN, true},
#define OF_ALIGNED(name, call, release)                                                            \
	{#name, call_##name, release, FAMILY_SIZE, FAMILY_ALIGNMENT, false},
#define OF_PAGE(name, call, release) {#name, call_##name, release, FAMILY_SIZE, PAGE, false},
#define OF_WHOLE_PAGES(name, call, release) {#name, call_##name, release, PAGE, PAGE, false},

static const struct family_member family[] = {
	/* clang-format off */
	TAKE_PLAIN(OF_PLAIN)
	TAKE_ZEROED(OF_PLAIN)
	TAKE_RESIZED(OF_OLD)
	TAKE_ALIGNED(OF_ALIGNED)
	TAKE_PAGE(OF_PAGE)
	TAKE_WHOLE_PAGES(OF_WHOLE_PAGES)
	TAKE_NEW(OF_PLAIN)
	TAKE_NEW_NOTHROW(OF_PLAIN)
	TAKE_NEW_ALIGNED(OF_ALIGNED)
	TAKE_NEW_ALIGNED_NOTHROW(OF_ALIGNED)
	/* clang-format on */
};

/* Returns the member with this name; ends the program if there is none. */
static inline const struct family_member *family_find(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof(family) / sizeof(family[0]); i++)
		if (strcmp(family[i].name, name) == 0)
			return &family[i];
	check_failed(__FILE__, __LINE__, "the argument is a member of the family");
	return NULL;
}

/* Returns a filled block for members that take one. */
static inline void *family_old_block(void)
{
	void *block = malloc(FAMILY_OLD_SIZE);

	CHECK(block != NULL);
	return memset(block, FAMILY_OLD_BYTE, FAMILY_OLD_SIZE);
}

#endif
