/* SPDX-License-Identifier: MIT */
/* What the program itself and PHASELOCK_OPTIONS ask for. At start, by the first thread. */
#ifndef PL_ALL_OPTIONS_H
#define PL_ALL_OPTIONS_H

#include "common/format.h"
#include "common/options.h"

/* Reads all options. Appends one line for each error, and returns how many lines. */
unsigned pl_all_options_read(struct pl_options *options, struct pl_text *errors);

/* Returns whether lock=main is asked for. May be called before all constructors. */
bool pl_all_options_lock_at_main(void);

#endif
