/* SPDX-License-Identifier: MIT */
/*
 * The last lines of a run, for people and for the log of a continuous integration.
 */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include "arguments.h"
#include "verdict.h"

/*
 * Writes the verdict of a run in words, as the last line has them.
 */
#define SUMMARY_WORDS_SIZE 256
void summary_words(char words[SUMMARY_WORDS_SIZE], enum verdict verdict,
		   const struct page_counts *counts, const struct child_end *end,
		   const struct pl_options *options);

/* What comes before the verdict. */
void summary_print(enum verdict verdict, const struct page_counts *counts,
		   const struct child_end *end, bool still_runs, const struct arguments *arguments);

#endif
