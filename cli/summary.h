/* SPDX-License-Identifier: MIT */
/*
 * The last lines of a run, for people and for the log of a continuous integration.
 */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include "arguments.h"
#include "verdict.h"

void summary_print(enum verdict verdict, const struct page_counts *counts,
		   const struct child_end *end, bool still_runs, const struct arguments *arguments);

#endif
