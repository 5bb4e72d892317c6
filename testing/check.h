/* SPDX-License-Identifier: MIT */
/* The assertions, for the other files of libphaselock-test; programs use <phaselock/assert.h>. */
#ifndef TESTING_CHECK_H
#define TESTING_CHECK_H

#include <phaselock/assert.h>

/* Fails the assertions of this thread whose blocks were left by longjmp(). */
void checks_fail_open(void);

/* Fails by the report of an assertion that failed on another thread. */
void checks_fail_by(const struct phaselock_check_report *report);

/* Returns whether the library is armed; if not, tells what an assertion that needs it comes to. */
bool check_is_armed(const struct phaselock_check_spec *spec);

/* The same, and whether what this thread asks for now can be seen: it cannot in a permit scope. */
bool check_can_see(const struct phaselock_check_spec *spec);

/* Tells what an assertion came to, with a text that is copied. May not return, as the callbacks. */
void check_tell(const struct phaselock_check_spec *spec, enum phaselock_check_result result,
		const char *text);

/* In a new child: nothing that its parent had open sees anything here. */
void check_after_fork(void);

#endif
