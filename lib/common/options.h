/* SPDX-License-Identifier: MIT */
/*
 * The options of the program and of PHASELOCK_OPTIONS as a structure. Pure functions: the library
 * and the command read options the same way.
 */
#ifndef PL_OPTIONS_H
#define PL_OPTIONS_H

#include "common/base.h"
#include "common/format.h"
#include "common/option_keys.h"

/* Returns the defaults. */
struct pl_options pl_options_default(void);

/*
 * Reads "key=value:key=value"; later parts win, but each hot= adds a pattern; empty parts are
 * ignored. Each fault adds one line to errors, which names the key, the value, what is wanted and
 * what may have been meant, and leaves its key as it was. Returns how many faults there were. To
 * set a key that the program has set is a fault; with environment=0 the whole text is one.
 */
unsigned pl_options_parse(const char *text, struct pl_options *options, struct pl_text *errors);

/* Reads likewise what phaselock_default_options() has returned. Call it before the other. */
unsigned pl_options_parse_program(const char *text, struct pl_options *options,
				  struct pl_text *errors);

/* Returns what a key may be, in words of ours: "abort|allow|deny". */
const char *pl_options_values(const char *key);

/* Appends one line for each key: its values, default and meaning. */
void pl_options_help(struct pl_text *text);

#endif
