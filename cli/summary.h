/* SPDX-License-Identifier: MIT */
/*
 * The last lines of a run, for people and for the log of a continuous integration.
 */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include "arguments.h"
#include "record.h"
#include "verdict.h"

/*
 * Writes the verdict of a run in words, as the last line has them.
 */
#define SUMMARY_WORDS_SIZE 256
void summary_words(char words[SUMMARY_WORDS_SIZE], enum verdict verdict,
		   const struct page_counts *counts, const struct child_end *end,
		   const struct pl_options *options);

/* What a record has, of all its processes. */
struct summary_recorded {
	uint64_t requests, bytes, requests_locked, frees;
	uint64_t processes;	 /* that have a profile */
	uint64_t without;	 /* that have none */
	uint64_t unplaced;	 /* requests for whose stack there was no room */
	uint64_t blocks_unknown; /* blocks whose free is not counted */
};

struct summary_recorded summary_recorded(const struct record *record);

/* The same words for a run that was recorded. */
void summary_record_words(char words[SUMMARY_WORDS_SIZE], const struct record *record,
			  const struct child_end *end, bool still_runs,
			  const struct arguments *arguments);

/* Says a signal that ended the program. */
void summary_append_signal(struct pl_text *text, const struct child_end *end);

/* What comes before the verdict. */
void summary_print(enum verdict verdict, const struct page_counts *counts,
		   const struct child_end *end, bool still_runs, const struct arguments *arguments);

#endif
