/* SPDX-License-Identifier: MIT */
/* A report of a record in memory. */
#ifndef CLI_REPORT_RECORD_H
#define CLI_REPORT_RECORD_H

#include "record.h"
#include "report.h"

/* Like report_add_file(), with the names that the record has; their text is changed. */
void report_add_record(struct report *report, struct record *record);

#endif
