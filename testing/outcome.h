/* SPDX-License-Identifier: MIT */
/* The results of assertions. Each thread has one report at a time. */
#ifndef TESTING_OUTCOME_H
#define TESTING_OUTCOME_H

#include "seen.h"
#include "tally.h"

/* Judges an assertion whose block has ended. Returns whether it holds. */
bool outcome_judge(struct phaselock_check *check);

/* Makes the report of an assertion. The assertion may be given back afterwards. */
void outcome_report(struct phaselock_check *check);

/* The same for an assertion that cannot be judged, for this reason. */
void outcome_report_failure(struct phaselock_check *check, const char *reason);

/* Calls the callbacks with the last report. Does not return if they do not. */
void outcome_tell(void);

/*
 * Reports a result with a text and counts, which are copied. Does not return if the callbacks do
 * not.
 */
void outcome_tell_text(const struct phaselock_check_spec *spec, enum phaselock_check_result result,
		       const char *text, struct tally tally);

/* Calls the failure callback with a report from another thread. */
void outcome_fail_by(const struct phaselock_check_report *report);

/* Frees the thread's memory. Call it at the end of a thread. */
void outcome_forget(void);

#endif
