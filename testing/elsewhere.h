/* SPDX-License-Identifier: MIT */
/*
 * Assertions that failed on a thread that is not the test's: a framework that ends a test by
 * longjmp() can be told only on the thread that runs it.
 */
#ifndef TESTING_ELSEWHERE_H
#define TESTING_ELSEWHERE_H

#include <phaselock/assert.h>

/* Keeps a failure for the test's thread. Any thread. */
void elsewhere_keep(const struct phaselock_check_report *report);

/* Returns the first failure that was kept since the last take, or NULL. It stays valid. */
const struct phaselock_check_report *elsewhere_take(void);

/* Forgets what was kept. Returns whether there was anything. */
bool elsewhere_clear(void);

#endif
