/* SPDX-License-Identifier: MIT */
/*
 * For the programs of docs/testing-guide.md: each assertion is a line of what it came to, and none
 * ends the program. It must not know which pitfall is shown.
 */
#ifndef PITFALL_H
#define PITFALL_H

#include <phaselock/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void pitfall_print(const struct phaselock_check_report *report, void *context)
{
	(void)context;
	if (report->result == PHASELOCK_CHECK_HOLDS)
		printf("  asserted %s: holds\n", report->spec->name);
	else
		printf("  %s%.*s\n", report->result == PHASELOCK_CHECK_SKIPPED ? "skipped: " : "",
		       (int)strcspn(report->message, "\n"), report->message);
}

static inline void pitfall_go_on(const struct phaselock_check_report *report, void *context)
{
	(void)report;
	(void)context;
}

static inline void show_each_assertion(void)
{
	phaselock_on_check(pitfall_print, NULL);
	phaselock_on_failure(pitfall_go_on, NULL);
}

#endif
