/* SPDX-License-Identifier: MIT */
/* The assertions, for the other files of libphaselock-test; programs use <phaselock/assert.h>. */
#ifndef TESTING_CHECK_H
#define TESTING_CHECK_H

#include <phaselock/assert.h>

/* Fails the assertions of this thread whose blocks were left by longjmp(). */
void checks_fail_open(void);

/* Returns whether the library is armed; if not, tells what an assertion that needs it comes to. */
bool check_is_armed(const struct phaselock_check_spec *spec);

/* The same, and whether what this thread asks for now can be seen: it cannot in a permit scope. */
bool check_can_see(const struct phaselock_check_spec *spec);

#endif
