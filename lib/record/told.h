/* SPDX-License-Identifier: MIT */
/*
 * Reports that `phaselock run` makes from the record. For both functions: any thread, signal
 * handlers too; no heap request, no lock. They return false if the command will not tell of it: no
 * record, no way to the command, or it has ended, or takes nothing any more. Then the library has
 * to say it itself.
 */
#ifndef PL_TOLD_H
#define PL_TOLD_H

#include "report/report.h"

/* The violation's frames are of this thread's stack as it is now. */
bool pl_told_violation(const struct phaselock_violation *violation,
		       const struct pl_report_context *context);

/* A misuse, after which the process ends. */
bool pl_told_misuse(const char *message);

#endif
