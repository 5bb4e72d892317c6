/* SPDX-License-Identifier: MIT */
/* The result of each assertion, for `phaselock report`. */
#ifndef TESTING_RESULTS_H
#define TESTING_RESULTS_H

#include <phaselock/assert.h>

/*
 * Appends one line to the file that PHASELOCK_RESULTS named when the program started; does nothing
 * if it named none. Any thread, also while it is watched: makes no heap request and keeps errno.
 */
void results_add(const struct phaselock_check_report *report);

/* A test has ended: forget what any thread told phaselock_operation(). */
void results_end_test(void);

#endif
