/* SPDX-License-Identifier: MIT */
/*
 * Every allocating entry point by a name: what it is called with, and what must come of it. A
 * program finds one by the name it was given as its argument. Each call is a function with a name
 * of its own, so that a report shows it.
 *
 * _GNU_SOURCE must be defined before the first include.
 */
#ifndef FAMILY_H
#define FAMILY_H

#include "behaviour.h"
#include "cxx_names.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#define FAMILY_SIZE 48
#define FAMILY_ALIGNMENT 64
#define FAMILY_OLD_SIZE 24
#define FAMILY_OLD_BYTE 0x5a

struct family_member {
	const char *name;
	void *(*call)(void *old); /* old: a block, for those that take one */
	void (*release)(void *block);
	size_t bytes;	  /* that the library is asked for */
	size_t alignment; /* of the block */
	bool takes_old;	  /* it is a reallocation */
};

/* volatile: a wrapper that ended in the call would leave by a jump and not be on the stack. */
#define FAMILY_CALL(name, expression)                                                              \
	void *call_##name(void *old);                                                              \
	FRAME void *call_##name(void *old)                                                         \
	{                                                                                          \
		void *volatile block = expression;                                                 \
		(void)old;                                                                         \
		return block;                                                                      \
	}

static char family_marker;

/*
 * posix_memalign() returns its error and leaves its argument alone; errno is set for the common
 * check. Always inlined, so that the caller in a report is the function with the name.
 */
__attribute__((always_inline)) static inline void *checked_posix_memalign(void)
{
	void *block = &family_marker;
	int error = posix_memalign(&block, FAMILY_ALIGNMENT, FAMILY_SIZE);

	if (error == 0)
		return block;
	CHECK(block == &family_marker);
	errno = error;
	return NULL;
}

FAMILY_CALL(malloc, malloc(FAMILY_SIZE))
FAMILY_CALL(calloc, calloc(3, FAMILY_SIZE / 3))
FAMILY_CALL(realloc_null, realloc(NULL, FAMILY_SIZE))
FAMILY_CALL(realloc, realloc(old, FAMILY_SIZE))
FAMILY_CALL(reallocarray_null, reallocarray(NULL, 3, FAMILY_SIZE / 3))
FAMILY_CALL(reallocarray, reallocarray(old, 3, FAMILY_SIZE / 3))
FAMILY_CALL(posix_memalign, checked_posix_memalign())
FAMILY_CALL(aligned_alloc, aligned_alloc(FAMILY_ALIGNMENT, FAMILY_SIZE))
FAMILY_CALL(memalign, memalign(FAMILY_ALIGNMENT, FAMILY_SIZE))
FAMILY_CALL(valloc, valloc(FAMILY_SIZE))
FAMILY_CALL(pvalloc, pvalloc(FAMILY_SIZE))
FAMILY_CALL(new, new_plain(FAMILY_SIZE))
FAMILY_CALL(new_array, new_array(FAMILY_SIZE))
FAMILY_CALL(new_nothrow, new_nothrow(FAMILY_SIZE, ""))
FAMILY_CALL(new_array_nothrow, new_array_nothrow(FAMILY_SIZE, ""))
FAMILY_CALL(new_aligned, new_aligned(FAMILY_SIZE, FAMILY_ALIGNMENT))
FAMILY_CALL(new_array_aligned, new_array_aligned(FAMILY_SIZE, FAMILY_ALIGNMENT))
FAMILY_CALL(new_aligned_nothrow, new_aligned_nothrow(FAMILY_SIZE, FAMILY_ALIGNMENT, ""))
FAMILY_CALL(new_array_aligned_nothrow, new_array_aligned_nothrow(FAMILY_SIZE, FAMILY_ALIGNMENT, ""))

static inline void release_aligned(void *block)
{
	delete_aligned(block, FAMILY_ALIGNMENT);
}

static inline void release_array_aligned(void *block)
{
	delete_array_aligned(block, FAMILY_ALIGNMENT);
}

#define PAGE 4096
#define PLAIN 16 /* what the platform's ABI promises of any block */

static const struct family_member family[] = {
	{"malloc", call_malloc, free, FAMILY_SIZE, PLAIN, false},
	{"calloc", call_calloc, free, FAMILY_SIZE, PLAIN, false},
	{"realloc_null", call_realloc_null, free, FAMILY_SIZE, PLAIN, false},
	{"realloc", call_realloc, free, FAMILY_SIZE, PLAIN, true},
	{"reallocarray_null", call_reallocarray_null, free, FAMILY_SIZE, PLAIN, false},
	{"reallocarray", call_reallocarray, free, FAMILY_SIZE, PLAIN, true},
	{"posix_memalign", call_posix_memalign, free, FAMILY_SIZE, FAMILY_ALIGNMENT, false},
	{"aligned_alloc", call_aligned_alloc, free, FAMILY_SIZE, FAMILY_ALIGNMENT, false},
	{"memalign", call_memalign, free, FAMILY_SIZE, FAMILY_ALIGNMENT, false},
	{"valloc", call_valloc, free, FAMILY_SIZE, PAGE, false},
	{"pvalloc", call_pvalloc, free, PAGE, PAGE, false},
	{"new", call_new, delete_plain, FAMILY_SIZE, PLAIN, false},
	{"new_array", call_new_array, delete_array, FAMILY_SIZE, PLAIN, false},
	{"new_nothrow", call_new_nothrow, delete_plain, FAMILY_SIZE, PLAIN, false},
	{"new_array_nothrow", call_new_array_nothrow, delete_array, FAMILY_SIZE, PLAIN, false},
	{"new_aligned", call_new_aligned, release_aligned, FAMILY_SIZE, FAMILY_ALIGNMENT, false},
	{"new_array_aligned", call_new_array_aligned, release_array_aligned, FAMILY_SIZE,
	 FAMILY_ALIGNMENT, false},
	{"new_aligned_nothrow", call_new_aligned_nothrow, release_aligned, FAMILY_SIZE,
	 FAMILY_ALIGNMENT, false},
	{"new_array_aligned_nothrow", call_new_array_aligned_nothrow, release_array_aligned,
	 FAMILY_SIZE, FAMILY_ALIGNMENT, false},
};

/* Returns the member of that name; ends the program if there is none. */
static inline const struct family_member *family_find(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof(family) / sizeof(family[0]); i++)
		if (strcmp(family[i].name, name) == 0)
			return &family[i];
	check_failed(__FILE__, __LINE__, "the argument is a member of the family");
	return NULL;
}

/* Returns a filled block for the members that take one. */
static inline void *family_old_block(void)
{
	void *block = malloc(FAMILY_OLD_SIZE);

	CHECK(block != NULL);
	return memset(block, FAMILY_OLD_BYTE, FAMILY_OLD_SIZE);
}

#endif
