/* SPDX-License-Identifier: MIT */
/* The assertions, as the frame around a test sees them. */
#ifndef TESTING_CHECK_H
#define TESTING_CHECK_H

#include <phaselock/assert.h>

/* Fails the assertions of this thread whose blocks were left by longjmp(). */
void checks_fail_open(void);

/* Fails by the report of an assertion that failed on another thread. */
void checks_fail_by(const struct phaselock_check_report *report);

#endif
