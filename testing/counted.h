/* SPDX-License-Identifier: MIT */
/* The entry points that an assertion counts: sets of PHASELOCK_ENTRY_*. */
#ifndef TESTING_COUNTED_H
#define TESTING_COUNTED_H

#include <phaselock/assert.h>

struct text;

/* Returns those whose calls do not come to the library; all of them if it is not there. */
unsigned counted_missing(enum phaselock_check_kind kind);

/* Appends where they go, by their names. If the library is there. */
void counted_append(struct text *text, unsigned entries);

#endif
