/* SPDX-License-Identifier: MIT */
/* The command line of `phaselock report`. */
#ifndef CLI_REPORT_ARGUMENTS_H
#define CLI_REPORT_ARGUMENTS_H

#include "report.h"
#include "screen.h"

struct report_choice {
	bool help;
	bool quiet;
	const char *form; /* "text", "json", ... */
	struct screen_options screen;
	struct report_names names;
	struct report_options options;
	const char *baseline, *new_baseline;
	bool suggest;
	const char *of_records; /* the first option that is about sites, or NULL */
	char **files;
};

/* Reads it over the defaults. Returns false after it has said what is wrong. */
bool report_read_words(int count, char **words, struct report_choice *choice);

void report_print_usage(void);

#endif
