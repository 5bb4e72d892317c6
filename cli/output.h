/* SPDX-License-Identifier: MIT */
/*
 * What a run leaves behind: its record, in memory for the summary and in the file of --output.
 * While the program runs FILE.part is written anew each second in which something came, a large one
 * more seldom, so that no more than that is lost if the command itself ends.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "arguments.h"
#include "page.h"
#include "record.h"

struct output {
	const struct page *page;
	const struct arguments *arguments;
	struct record record;
	int timer;		/* readable each second; -1: there is no file to write */
	uint64_t end_ns;	/* CLOCK_MONOTONIC */
	uint64_t written;	/* what there was when the file was written last */
	uint64_t not_before_ns; /* when it may be written again */
};

/* Begins a run. Returns false after it has said that the file cannot be written. */
bool output_begin(struct output *output, const struct page *page,
		  const struct arguments *arguments);

/* The timer has come; context is the output. */
void output_step(void *context);

/* The program has ended: takes the record, and names its places. */
void output_end(struct output *output);

/*
 * Writes the table of sites to stderr, if there are any, so that it fits one screen with what has
 * been said and with the verdict, which comes behind it. After output_write().
 */
void output_tell(struct output *output, const char *verdict);

/* What was said of the run: "VERDICT: REASON". */
struct output_words {
	const char *all;
	const char *forgiven; /* what would be said if all violations were forgiven */
};

/* Writes the file, if there is one, with what was said of the run. */
void output_write(struct output *output, const struct output_words *words, int status);

#endif
