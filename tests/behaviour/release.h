/* SPDX-License-Identifier: MIT */
/*
 * Every deallocating entry point by a name, each as a function with its own name. _GNU_SOURCE must
 * be defined before the first include.
 */
#ifndef RELEASE_H
#define RELEASE_H

#include "entry_points.h"

#define RELEASE_SIZE 192
#define RELEASE_ALIGNMENT 64

struct release {
	const char *name;
	void (*call)(void *block);
};

/* The barrier after the call keeps it from being a jump. */
#define RELEASE_CALL(name, statement)                                                              \
	void by_##name(void *block);                                                               \
	FRAME void by_##name(void *block)                                                          \
	{                                                                                          \
		const size_t size = RELEASE_SIZE, alignment = RELEASE_ALIGNMENT;                   \
                                                                                                   \
		(void)size, (void)alignment;                                                       \
		statement;                                                                         \
		__asm__ volatile("");                                                              \
	}

GIVE_FREE(RELEASE_CALL)
GIVE_DELETE(RELEASE_CALL)
GIVE_DELETE_ALIGNED(RELEASE_CALL)

#define BY(name, statement) {#name, by_##name},

static const struct release releases[] = {GIVE_FREE(BY) GIVE_DELETE(BY) GIVE_DELETE_ALIGNED(BY)};

#define RELEASES (sizeof(releases) / sizeof(releases[0]))

/* Returns the entry with this name; ends the program if there is none. */
static inline const struct release *release_find(const char *name)
{
	for (size_t i = 0; name != NULL && i < RELEASES; i++)
		if (strcmp(releases[i].name, name) == 0)
			return &releases[i];
	check_failed(__FILE__, __LINE__, "the argument is the name of a deallocating function");
	return NULL;
}

/* Returns a block that any of them can free. */
static inline void *release_block(void)
{
	void *block = aligned_alloc(RELEASE_ALIGNMENT, RELEASE_SIZE);

	CHECK(block != NULL);
	return memset(block, 7, RELEASE_SIZE);
}

#endif
