/* SPDX-License-Identifier: MIT */
/* What became of each assertion, for `phaselock results`. */
#ifndef TESTING_RESULTS_H
#define TESTING_RESULTS_H

#include <phaselock/assert.h>

/*
 * Appends one line to the file that PHASELOCK_RESULTS named when the program started; without it
 * nothing. Any thread, outside of what is watched or inside: no heap request, errno is kept.
 */
void results_add(const struct phaselock_check_report *report);

/* A test has ended, and with it what phaselock_operation() said on any thread. */
void results_end_test(void);

#endif
