/* SPDX-License-Identifier: MIT */
/* The list of sites while a report is put together. */
#ifndef CLI_REPORT_SITES_H
#define CLI_REPORT_SITES_H

#include "report.h"

/* Merges sites of equal call stacks into the largest, and sorts the list by counts. */
void report_merge_stacks(struct report *report);

#endif
