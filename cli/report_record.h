/* SPDX-License-Identifier: MIT */
/* A report of a record in memory. */
#ifndef CLI_REPORT_RECORD_H
#define CLI_REPORT_RECORD_H

#include "record.h"
#include "report.h"

/* Like report_add_file(), with the names that the record has; their text is changed. */
void report_add_record(struct report *report, struct record *record);

/* Returns the statistics of a process, to be freed; NULL if there are none. */
struct pl_layout_statistics *report_statistics(const struct pl_layout_image *image);

/* Its assertions and stages: a part of the above, and of report_free(). */
void report_add_rows(struct report *report, const struct record *record);
void report_free_rows(struct report *report);

#endif
