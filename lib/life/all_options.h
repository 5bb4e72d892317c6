/* SPDX-License-Identifier: MIT */
/* What the program itself and PHASELOCK_OPTIONS ask for. At start, by the first thread. */
#ifndef PL_ALL_OPTIONS_H
#define PL_ALL_OPTIONS_H

#include "common/format.h"
#include "common/options.h"

/* Reads all options. Appends one line for each error, and returns how many lines. */
unsigned pl_all_options_read(struct pl_options *options, struct pl_text *errors);

/*
 * Returns whether something may have to be done just before main(). May be called before all
 * constructors.
 */
bool pl_all_options_need_main(void);

#endif
