/* SPDX-License-Identifier: MIT */
/* The assertions, for the other files of libphaselock-test; programs use <phaselock/assert.h>. */
#ifndef TESTING_CHECK_H
#define TESTING_CHECK_H

#include <phaselock/assert.h>

/* Fails the assertions of this thread whose blocks were left by longjmp(). */
void checks_fail_open(void);

/* Returns whether the library is armed; if not, reports the assertion as failed or skipped. */
bool check_is_armed(const struct phaselock_check_spec *spec);

/* The same, and whether this thread's requests can be seen: in a permit scope they cannot. */
bool check_can_see(const struct phaselock_check_spec *spec);

#endif
