/* SPDX-License-Identifier: MIT */
/*
 * The functions that must not allocate: hot=. Nothing looks at them but a request, which is under
 * one of them if that has been called on its thread and has not returned: its call stack says so.
 */
#ifndef PL_HOT_FUNCTIONS_H
#define PL_HOT_FUNCTIONS_H

#include "common/base.h"
#include "common/settings.h"

/* What a request is under. Both strings live for ever. */
struct pl_hot_function {
	const char *name;
	const char *pattern;
};

/*
 * Finds the functions in all loaded modules, and has every request looked at from now on. Does
 * nothing without hot=. Once, from the constructor, when there is one thread.
 */
void pl_hot_functions_start(void);

/*
 * Finds the innermost such function on this thread's call stack, from the return address caller on,
 * however deep it is. Returns false if there is none, as far as the stack can be read. The time is
 * that of walking the stack. Any thread, signal handlers too; no lock, no heap request; a system
 * call for a module that was loaded later. Needs about 5 KiB of stack.
 */
bool pl_hot_functions_find(const void *caller, struct pl_hot_function *found);

/* Returns whether there is anything to find. */
static inline bool pl_hot_functions_exist(void)
{
	return pl_settings.options.hot[0] != '\0';
}

/*
 * At exit: looks for functions of the patterns in modules that were loaded later and that no
 * request came from. Takes the dynamic linker's lock.
 */
void pl_hot_functions_complete(void);

/*
 * Returns whether any function had a name that matches a pattern, counted from 0; with wildcards,
 * any outside the run-time libraries of C and C++.
 */
bool pl_hot_functions_matched(unsigned pattern);

/* Returns how many requests had a call stack that could not be read to its end. */
uint64_t pl_hot_functions_unread(void);

#endif
