/* SPDX-License-Identifier: MIT */
/*
 * The options that the program gives itself, by phaselock_default_options(). An allocator may read
 * its settings before our constructor runs, so each function may be called at any time.
 */
#ifndef PL_OWN_OPTIONS_H
#define PL_OWN_OPTIONS_H

#include "common/base.h"
#include "common/format.h"

/* Returns the options of the program, "" if it has none. The program is asked once. */
const char *pl_own_options(void);

/* Returns whether they contain environment=0: nothing in the environment is obeyed then. */
bool pl_own_options_shut_out(void);

/*
 * Returns the value that others than this library may see of a variable: NULL if it has none, or if
 * the environment is shut out.
 */
const char *pl_own_options_let_in(const char *variable);

/* Appends a line about the last variable that was refused, if any was. Returns how many lines. */
unsigned pl_own_options_tell_refused(struct pl_text *errors);

#endif
