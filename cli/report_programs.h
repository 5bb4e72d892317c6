/* SPDX-License-Identifier: MIT */
/*
 * The processes of a report by the name of their program: a person counts in these, and there are
 * few of them however many records are put together.
 */
#ifndef CLI_REPORT_PROGRAMS_H
#define CLI_REPORT_PROGRAMS_H

#include "report_words.h"

enum { REPORT_OUTCOMES = REPORT_NOT_CHECKED + 1 };

struct report_program {
	const char *name;		/* of its first process */
	enum report_outcome outcome;	/* a process that failed, else one that was not checked */
	size_t with[REPORT_OUTCOMES];	/* its processes by their own outcomes */
	size_t processes;		/* all of them */
	size_t not_armed, never_locked; /* why some of them were not checked */
	uint64_t violations;		/* in sum, as are the next */
	uint64_t init_requests, locked_requests;
};

/* Returns how many there are; to be freed. By outcome, FAIL first, and by name. */
size_t report_programs(const struct report *report, struct report_program **programs);

#endif
