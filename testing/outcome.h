/* SPDX-License-Identifier: MIT */
/* What assertions come to. Reports are of the calling thread: one at a time. */
#ifndef TESTING_OUTCOME_H
#define TESTING_OUTCOME_H

#include "seen.h"

/* Judges an assertion whose block has ended. Returns whether it holds. */
bool outcome_judge(struct phaselock_check *check);

/* Makes the report of an assertion, which may then be given back. */
void outcome_report(struct phaselock_check *check);

/* The same for one that cannot be judged, for that reason. */
void outcome_report_failure(struct phaselock_check *check, const char *reason);

/* Tells the report that was made last. May not return, as the callbacks. */
void outcome_tell(void);

/* Tells what an assertion came to, with a text that is copied. May not return, as the callbacks. */
void outcome_tell_text(const struct phaselock_check_spec *spec, enum phaselock_check_result result,
		       const char *text);

/* Fails by the report of an assertion that failed on another thread. */
void outcome_fail_by(const struct phaselock_check_report *report);

/* At the end of a thread. */
void outcome_forget(void);

#endif
