/* SPDX-License-Identifier: MIT */
/*
 * Which functions of the loaded modules have names that match a pattern of hot=. It must not know
 * what is done about them.
 */
#ifndef PL_HOT_MODULES_H
#define PL_HOT_MODULES_H

#include "common/base.h"
#include "reaction/hot_ranges.h"
#include "stack/unwind.h"

/* What one walk over frames knows of the module that it came to last. Zeroed: nothing. */
struct pl_hot_module {
	uintptr_t start;
	const struct pl_hot_ranges *ranges; /* of its own addresses; NULL: they are not kept */
	struct pl_hot_range one;	    /* of one that is not kept */
};

/* Finds the functions of all modules that stay. Returns false if there is no memory for them. */
bool pl_hot_modules_start(void);

/*
 * Returns the function that a frame is in, or NULL if that matches no pattern. What it points to
 * lives as long as the module's memory and the module. Any thread, signal handlers too; no lock, no
 * heap request.
 */
const struct pl_hot_range *pl_hot_modules_find(const struct pl_unwind_frame *frame,
					       struct pl_hot_module *module);

/* Looks for functions in modules that were loaded later. Takes the dynamic linker's lock. */
void pl_hot_modules_look_at_all(void);

/*
 * Returns the patterns of which functions were seen: a bit each. A function of a run-time library
 * of C or C++ counts only for a pattern that is its name: `parse_*` does not mean libc's
 * parse_printf_format(). It must not allocate all the same.
 */
uint64_t pl_hot_modules_matched(void);

#endif
