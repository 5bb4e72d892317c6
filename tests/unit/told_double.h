/* SPDX-License-Identifier: MIT */
/* For a test that has a double of lib/report/report.c: there is no record, and all is reported. */
#ifndef UNIT_TOLD_DOUBLE_H
#define UNIT_TOLD_DOUBLE_H

#include "record/told.h"

bool pl_report_is_due(const struct phaselock_violation *violation,
		      const struct pl_report_context *context)
{
	(void)violation;
	(void)context;
	return true;
}

bool pl_told_violation(const struct phaselock_violation *violation,
		       const struct pl_report_context *context)
{
	(void)violation;
	(void)context;
	return false;
}

bool pl_told_misuse(const char *message)
{
	(void)message;
	return false;
}

#endif
