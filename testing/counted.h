/* SPDX-License-Identifier: MIT */
/* The entry points that an assertion counts: sets of PHASELOCK_ENTRY_*. */
#ifndef TESTING_COUNTED_H
#define TESTING_COUNTED_H

#include <phaselock/assert.h>

struct text;

/* Returns the counted entry points that do not lead to the library; all if it is absent. */
unsigned counted_missing(enum phaselock_check_kind kind);

/* Appends the names of entry points and where their calls go. The library must be present. */
void counted_append(struct text *text, unsigned entries);

#endif
