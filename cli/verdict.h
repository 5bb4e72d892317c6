/* SPDX-License-Identifier: MIT */
/*
 * What a run has shown.
 */
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include "child.h"
#include "common/options.h"
#include "page.h"

enum verdict {
	VERDICT_PASS,
	VERDICT_SIGNAL, /* it would pass, had the program ended by itself */
	VERDICT_VIOLATIONS,
	VERDICT_CHECKS,		/* an assertion of the program about its requests failed */
	VERDICT_NOT_STARTED,	/* the library was never loaded */
	VERDICT_NOT_ARMED,	/* loaded, but requests went to another allocator, or to none */
	VERDICT_REPLACED,	/* the program executed another one, which was not guarded */
	VERDICT_NOT_AT_MAIN,	/* lock=main could not be done */
	VERDICT_NO_HOT,		/* no function is called as one that must not allocate */
	VERDICT_HOT_UNREAD,	/* one may have been called beyond where a stack could be read */
	VERDICT_STILL_RUNS,	/* a guarded process still runs: what it will do is not known */
	VERDICT_NOT_COUNTED,	/* a process was not heard of again, and was to be followed */
	VERDICT_NOT_LOCKED,	/* nothing was ever forbidden */
	VERDICT_NOT_ALL_LOCKED, /* something was, but not in each process */
	VERDICT_NOT_TO_CHECK,	/* nothing was forbidden, as lock=never asks */
	VERDICT_RECORDED,	/* nothing was judged, all was recorded */
	VERDICT_NOT_RECORDED,	/* there is no profile */
};

/* How many assertions failed, in whatever process. */
uint64_t verdict_failed_checks(const struct page_counts *counts);

/* Judges a run; still_runs: a guarded process outlived the program. A pure function. */
enum verdict verdict_judge(const struct page_counts *counts, const struct child_end *end,
			   bool still_runs, const struct pl_options *options);

/*
 * What the judgement is of a run that was only to be recorded, which is no check: whatever was
 * violated is in the record.
 */
enum verdict verdict_of_record(enum verdict verdict, uint64_t requests);

/* Returns the status that the command ends with. */
int verdict_status(enum verdict verdict, const struct child_end *end);

#endif
