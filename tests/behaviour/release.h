/* SPDX-License-Identifier: MIT */
/*
 * Every deallocating entry point by a name, each as a function with a name of its own. _GNU_SOURCE
 * must be defined before the first include.
 */
#ifndef RELEASE_H
#define RELEASE_H

#include "behaviour.h"
#include "cxx_names.h"

#include <malloc.h>
#include <stdlib.h>

/* Not in the headers of glibc 2.36. */
extern void cfree(void *block);
extern void free_sized(void *block, size_t size);
extern void free_aligned_sized(void *block, size_t alignment, size_t size);

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
		statement;                                                                         \
		__asm__ volatile("");                                                              \
	}

RELEASE_CALL(free, free(block))
RELEASE_CALL(cfree, cfree(block))
RELEASE_CALL(free_sized, free_sized(block, RELEASE_SIZE))
RELEASE_CALL(free_aligned_sized, free_aligned_sized(block, RELEASE_ALIGNMENT, RELEASE_SIZE))
RELEASE_CALL(realloc, CHECK(block == NULL || realloc(block, 0) == NULL))
RELEASE_CALL(reallocarray, CHECK(block == NULL || reallocarray(block, 0, 8) == NULL))
RELEASE_CALL(delete, delete_plain(block))
RELEASE_CALL(delete_array, delete_array(block))
RELEASE_CALL(delete_sized, delete_sized(block, RELEASE_SIZE))
RELEASE_CALL(delete_array_sized, delete_array_sized(block, RELEASE_SIZE))
RELEASE_CALL(delete_nothrow, delete_nothrow(block, ""))
RELEASE_CALL(delete_array_nothrow, delete_array_nothrow(block, ""))
RELEASE_CALL(delete_aligned, delete_aligned(block, RELEASE_ALIGNMENT))
RELEASE_CALL(delete_array_aligned, delete_array_aligned(block, RELEASE_ALIGNMENT))
RELEASE_CALL(delete_sized_aligned, delete_sized_aligned(block, RELEASE_SIZE, RELEASE_ALIGNMENT))
RELEASE_CALL(delete_array_sized_aligned,
	     delete_array_sized_aligned(block, RELEASE_SIZE, RELEASE_ALIGNMENT))
RELEASE_CALL(delete_aligned_nothrow, delete_aligned_nothrow(block, RELEASE_ALIGNMENT, ""))
RELEASE_CALL(delete_array_aligned_nothrow,
	     delete_array_aligned_nothrow(block, RELEASE_ALIGNMENT, ""))

static const struct release releases[] = {
	{"free", by_free},
	{"cfree", by_cfree},
	{"free_sized", by_free_sized},
	{"free_aligned_sized", by_free_aligned_sized},
	{"realloc", by_realloc},
	{"reallocarray", by_reallocarray},
	{"delete", by_delete},
	{"delete_array", by_delete_array},
	{"delete_sized", by_delete_sized},
	{"delete_array_sized", by_delete_array_sized},
	{"delete_nothrow", by_delete_nothrow},
	{"delete_array_nothrow", by_delete_array_nothrow},
	{"delete_aligned", by_delete_aligned},
	{"delete_array_aligned", by_delete_array_aligned},
	{"delete_sized_aligned", by_delete_sized_aligned},
	{"delete_array_sized_aligned", by_delete_array_sized_aligned},
	{"delete_aligned_nothrow", by_delete_aligned_nothrow},
	{"delete_array_aligned_nothrow", by_delete_array_aligned_nothrow},
};

#define RELEASES (sizeof(releases) / sizeof(releases[0]))

/* Returns the entry of that name; ends the program if there is none. */
static inline const struct release *release_find(const char *name)
{
	for (size_t i = 0; name != NULL && i < RELEASES; i++)
		if (strcmp(releases[i].name, name) == 0)
			return &releases[i];
	check_failed(__FILE__, __LINE__, "the argument is the name of a deallocating function");
	return NULL;
}

/* Returns a block that any of them may be given. */
static inline void *release_block(void)
{
	void *block = aligned_alloc(RELEASE_ALIGNMENT, RELEASE_SIZE);

	CHECK(block != NULL);
	return memset(block, 7, RELEASE_SIZE);
}

#endif
