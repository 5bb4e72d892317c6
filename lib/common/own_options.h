/* SPDX-License-Identifier: MIT */
/*
 * What the program says of itself, by phaselock_default_options(). An allocator may read its own
 * settings before the constructor comes, so each function may be called at any time.
 */
#ifndef PL_OWN_OPTIONS_H
#define PL_OWN_OPTIONS_H

#include "common/base.h"
#include "common/format.h"

/* Returns the options of the program, "" if it has none. The program is asked once. */
const char *pl_own_options(void);

/* Returns whether they have environment=0: nothing of the environment is obeyed then. */
bool pl_own_options_shut_out(void);

/*
 * Returns what a variable that others than this library obey is for them: its value, or NULL if
 * there is none, or if the environment is shut out.
 */
const char *pl_own_options_let_in(const char *variable);

/* Appends a line if there was a value for the last one that was refused. Returns how many lines. */
unsigned pl_own_options_tell_refused(struct pl_text *errors);

#endif
