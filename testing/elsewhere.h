/* SPDX-License-Identifier: MIT */
/*
 * Assertions that failed on a thread other than the test's. A framework that ends a test by
 * longjmp() must hear of a failure on the thread that runs the test.
 */
#ifndef TESTING_ELSEWHERE_H
#define TESTING_ELSEWHERE_H

#include <phaselock/assert.h>

/* Keeps a failure for the test's thread. Any thread. */
void elsewhere_keep(const struct phaselock_check_report *report);

/* Returns the first failure kept since the last take, or NULL. It is valid until the next take. */
const struct phaselock_check_report *elsewhere_take(void);

/* Forgets all kept failures. Returns whether there were any. */
bool elsewhere_clear(void);

#endif
